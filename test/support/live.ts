import { type Block, messageBlocks } from '../../sandbox/slack/check/blocks';
import { draw } from '../../sandbox/slack/draw/blocks';

/** Every user, channel or link that is live in these blocks, wherever it stands. */
export function live(blocks: unknown): string[] {
  if (Array.isArray(blocks)) return blocks.flatMap(live);
  if (typeof blocks !== 'object' || blocks === null) return [];
  const entries = Object.entries(blocks);
  const own = entries.flatMap(([key, value]) => {
    if (/^(user_id|usergroup_id|channel_id|url)$/.test(key)) return [String(value)];
    if (key === 'text' && 'type' in blocks && blocks.type === 'mrkdwn') return liveInMrkdwn(String(value));
    return key === 'type' && /broadcast|link|emoji/.test(String(value)) ? [String(value)] : [];
  });
  return [...own, ...entries.flatMap(([, value]) => live(value))];
}

/** What stands in angle brackets, and bare addresses of the web and of people outside of them. Dates are live and harmless. */
export function liveInMrkdwn(text: string): string[] {
  const inside = [...text.matchAll(/<([^>]*)>/g)].map((match) => match[1] ?? '');
  const outside = text.replace(/<[^>]*>/g, ' ').match(/\w+:\/\/\S+|www\.\S+|mailto:\S+|[\w.+-]+@[\w-]+\.\S+/gi) ?? [];
  return [...inside.filter((one) => !one.startsWith('!date^')), ...outside];
}

/** The mentions and links that the pretend Slack's page would draw: a second opinion, by other code. */
export function drawnAlive(blocks: unknown): string[] {
  const parsed: readonly Block[] = messageBlocks.parse(blocks);
  return alive(draw({ text: ' ', blocks: parsed }, { person: (id) => id, channel: (id) => id, group: (id) => id }));
}

function alive(drawing: unknown): string[] {
  if (Array.isArray(drawing)) return drawing.flatMap(alive);
  if (typeof drawing !== 'object' || drawing === null) return [];
  const { kind } = drawing as { kind?: unknown };
  if (kind === 'mention' && 'text' in drawing) return [String(drawing.text)];
  if (kind === 'link' && 'url' in drawing) return [String(drawing.url)];
  return Object.values(drawing).flatMap(alive);
}
