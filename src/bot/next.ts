import type { ActionsBlock, Button, KnownBlock, RichTextElement } from '@slack/types';
import type { Part, View } from '../handlers/view';
import { cut, type Stage, section } from './canvas';
import { LIMITS } from './limits';

/**
 * Suggested commands. In a request's message a button carries the request's id, and the words are read from the record
 * again. What only one person sees has no record: there the words themselves are carried, and a click on them is the same
 * as typing them: it passes the same admission.
 */
export type Suggestion = Extract<Part, { kind: 'next' }>;

/** Suggested commands per view, and the characters of each half of one. */
const NEXT = { most: 5, characters: 200 };

export function nextBlocks(view: View, stage: Stage, request: string | undefined): readonly KnownBlock[] {
  const next = view.parts.filter((part) => part.kind === 'next').slice(0, NEXT.most);
  if (next.length === 0) return [];
  const lines = next.flatMap((part, index): RichTextElement[] => [
    { type: 'text', text: index === 0 ? 'Next: ' : '\nOr: ' },
    { type: 'text', text: cut(`/${part.words}`, NEXT.characters), style: { code: true } },
    { type: 'text', text: cut(` ${part.why}`, NEXT.characters) },
  ]);
  const elements = next.flatMap((part, index) =>
    suggestionButton(part, `${stage}_${index}`, carried(part, stage, request)),
  );
  return [section(lines), ...(elements.length > 0 ? [{ type: 'actions', elements } satisfies ActionsBlock] : [])];
}

function carried(part: Suggestion, stage: Stage, request: string | undefined): string | undefined {
  if (stage !== 'said') return request;
  return part.words.length <= LIMITS.button.value ? part.words : undefined;
}

function suggestionButton(part: Suggestion, place: string, value: string | undefined): readonly Button[] {
  if (value === undefined) return [];
  return [
    {
      type: 'button',
      action_id: `next_${place}`,
      value,
      text: { type: 'plain_text', text: cut(part.label || 'Run', LIMITS.button.text), emoji: false },
      accessibility_label: cut(`${part.label}: /${part.words}`, LIMITS.button.accessibilityLabel),
    },
  ];
}
