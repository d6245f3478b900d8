import type { ActionsBlock, Button, KnownBlock, RichTextElement } from '@slack/types';
import type { Part, View } from '../../handlers/view';
import { hashOf } from '../../jobs/trail/audit';
import { cut, type Stage, section } from './canvas';
import { LIMITS } from './limits';

/**
 * Suggested commands. In a request's message a button carries the request's id, and the words are read from the record
 * again; a mark in the button's own id tells which they were, for a message may be older than its record. What only one
 * person sees has no record: there the words themselves are carried, and a click on them is the same as typing them: it
 * passes the same admission.
 */
export type Suggestion = Extract<Part, { kind: 'next' }>;

/** Suggested commands per view, and the characters of each half of one. */
const NEXT = { most: 5, characters: 200 };

function nextOf(view: View): readonly Suggestion[] {
  return view.parts.filter((part) => part.kind === 'next');
}

/** The most characters that the suggestions of this view take. They stand at its end and are never left out. */
export function nextSize(view: View): number {
  const next = nextOf(view).slice(0, NEXT.most);
  const size = (text: string) => Math.min(text.length, NEXT.characters) + 10;
  const shown = next.reduce((sum, one) => sum + size(one.words) + size(one.why) + LIMITS.button.text, 0);
  return shown + (next.length > 0 ? 100 : 0);
}

/** Every suggestion, where some of them do not fit; null where all are shown. */
export function unshownNext(view: View): string | null {
  const next = nextOf(view);
  if (next.length <= NEXT.most && !next.some(isLong)) return null;
  return next.map(({ label, words, why }) => `${label}: /${words} ${why}`).join('\n');
}

function isLong({ label, words, why }: Suggestion): boolean {
  return Math.max(words.length, why.length) >= NEXT.characters || label.length > LIMITS.button.text;
}

export function nextBlocks(view: View, stage: Stage, request: string | undefined): readonly KnownBlock[] {
  const next = nextOf(view).slice(0, NEXT.most);
  if (next.length === 0) return [];
  const lines = next.flatMap((part, index): RichTextElement[] => [
    { type: 'text', text: index === 0 ? 'Next: ' : '\nOr: ' },
    { type: 'text', text: cut(`/${part.words}`, NEXT.characters), style: { code: true } },
    { type: 'text', text: cut(` ${part.why}`, NEXT.characters) },
  ]);
  const elements = next.flatMap((part, index) =>
    suggestionButton(part, placeOf(part, stage, index), carried(part, stage, request)),
  );
  return [section(lines), ...(elements.length > 0 ? [{ type: 'actions', elements } satisfies ActionsBlock] : [])];
}

/** Where a button stands; in a request's message also what it stands for. */
function placeOf({ words }: Suggestion, stage: Stage, index: number): string {
  return stage === 'said' ? `said_${index}` : `${stage}_${index}_${suggestionMark(words)}`;
}

const MARK_CHARACTERS = 12;

/** Names the words of a suggestion in the id of its button. */
export function suggestionMark(words: string): string {
  return hashOf(words).slice(0, MARK_CHARACTERS);
}

function carried(part: Suggestion, stage: Stage, request: string | undefined): string | undefined {
  if (stage !== 'said') return request;
  return part.words !== '' && part.words.length <= LIMITS.button.value ? part.words : undefined;
}

function suggestionButton(part: Suggestion, place: string, value: string | undefined): readonly Button[] {
  if (value === undefined) return [];
  return [
    {
      type: 'button',
      action_id: `${part.fill ? 'fill' : 'next'}_${place}`,
      value,
      text: { type: 'plain_text', text: cut(part.label || 'Run', LIMITS.button.text), emoji: false },
      accessibility_label: cut(`${part.label}: /${part.words}`, LIMITS.button.accessibilityLabel),
    },
  ];
}
