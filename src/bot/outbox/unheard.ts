import type { KnownBlock } from '@slack/types';
import type { Drawing } from '../view/canvas';

/**
 * Slack notifies everybody whom a new message mentions, and nobody of an edit. So a message is posted with its people as
 * plain text, but for those who must act, and they become live by an edit. Pure.
 */
export function unheard(drawing: Drawing, mayHear: readonly string[]): Drawing {
  const heard = new Set(mayHear);
  return {
    ...drawing,
    text: silenced(drawing.text, heard),
    // Our own blocks: only their people change.
    blocks: drawing.blocks.map((block) => quiet(block, heard) as KnownBlock),
  };
}

function quiet(part: unknown, heard: ReadonlySet<string>): unknown {
  if (Array.isArray(part)) return part.map((one) => quiet(one, heard));
  if (typeof part !== 'object' || part === null) return part;
  const fields: Readonly<Record<string, unknown>> = { ...part };
  const id = fields.type === 'user' ? fields.user_id : fields.type === 'usergroup' ? fields.usergroup_id : undefined;
  if (typeof id === 'string') return heard.has(id) ? part : { type: 'text', text: `@${id}` };
  if (fields.type === 'mrkdwn') return { ...fields, text: silenced(String(fields.text), heard) };
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, quiet(value, heard)]));
}

/** In markup only a mention has these brackets: all else is escaped. */
function silenced(markup: string, heard: ReadonlySet<string>): string {
  return markup.replace(/<(?:@|!subteam\^)([A-Z0-9]+)(?:\|[^>]*)?>/g, (mention, id: string) =>
    heard.has(id) ? mention : `@${id}`,
  );
}
