import type { Field } from '../form';
import { shorten } from '../words';

const MENTIONED = /^(?:<@([UW][A-Z0-9]{2,20})(?:\|[^<>]*)?>|@?([UW][A-Z0-9]{2,20}))$/;

/** A person's id, as Slack mentions one or as it stands in their profile. Null: it names nobody. */
export function personIn(word: string): string | null {
  const [, mentioned, typed] = MENTIONED.exec(word) ?? [];
  return mentioned ?? typed ?? null;
}

export function noPerson(word: string): string {
  return `${shorten(word)} is no person’s id. It begins with U and stands in their profile: Copy member ID`;
}

export function personField(label: string): Field {
  return {
    id: 'person',
    label,
    hint: 'A Slack user id (U…), or as Slack writes a mention.',
    input: { kind: 'text' },
    as: { kind: 'word' },
  };
}
