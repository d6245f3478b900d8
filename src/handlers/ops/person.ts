import type { Field } from '../form';
import { shorten } from '../words';

const MENTIONED = /^(?:<@([UW][A-Z0-9]{2,20})(?:\|[^<>]*)?>|@?([UW][A-Z0-9]{2,20}))$/;

/** A person's id, as Slack mentions one or as it stands in their profile. Null: it names nobody. */
export function personIn(word: string): string | null {
  const [, mentioned, typed] = MENTIONED.exec(word) ?? [];
  return mentioned ?? typed ?? null;
}

/** Stands for a person in examples. */
export const NOBODY = 'U012AB3CD';

export function noPerson(word: string): string {
  return `${shorten(word)} is no person’s id. It begins with U and stands in their profile: Copy member ID`;
}

export function personField(label: string): Field {
  return {
    id: 'person',
    label,
    input: { kind: 'person', example: NOBODY },
    as: { kind: 'word' },
  };
}
