/** Whom a new message notifies: everybody that it mentions alive. An edit notifies nobody. */
import type { Block } from './check/blocks';
import type { UserGroup } from './types';

interface Said {
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** User ids. With blocks only they count: the text is what shows elsewhere. `everyone` stands for @channel and its like. */
export function mentionedIn({ text, blocks }: Said, groups: readonly UserGroup[]): readonly string[] {
  const found = blocks.length > 0 ? blocks.flatMap((block) => inside(block, groups)) : inMarkup(text, groups);
  return [...new Set(found)];
}

/** Any nested part: a mention is an element of rich text, or markup in an mrkdwn text. */
function inside(part: unknown, groups: readonly UserGroup[]): readonly string[] {
  if (Array.isArray(part)) return part.flatMap((one) => inside(one, groups));
  if (typeof part !== 'object' || part === null) return [];
  const fields: Readonly<Record<string, unknown>> = { ...part };
  if (fields.type === 'user') return [String(fields.user_id)];
  if (fields.type === 'usergroup') return membersOf(String(fields.usergroup_id), groups);
  if (fields.type === 'broadcast') return ['everyone'];
  if (fields.type === 'mrkdwn') return inMarkup(String(fields.text), groups);
  return Object.values(fields).flatMap((one) => inside(one, groups));
}

function inMarkup(text: string, groups: readonly UserGroup[]): readonly string[] {
  return [...text.matchAll(/<(@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!channel|!here|!everyone)(?:\|[^>]*)?>/g)].flatMap(
    ([, what = '']) => {
      if (what.startsWith('@')) return [what.slice(1)];
      return what.startsWith('!subteam^') ? membersOf(what.slice('!subteam^'.length), groups) : ['everyone'];
    },
  );
}

function membersOf(id: string, groups: readonly UserGroup[]): readonly string[] {
  return groups.find((group) => group.id === id)?.users ?? [];
}
