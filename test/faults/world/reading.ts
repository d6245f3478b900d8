import type { Reading } from '../history';
import type { Button } from '../schedule';

/** A message as the harness reads it: only what any person in the channel can see. */
export function read(text: string, blocks: unknown): Reading {
  const said = [text, ...textsIn(blocks)].join('\n');
  const pressable = buttonsIn(blocks);
  const buttons = pressable.flatMap(({ action_id }) => (isDecision(action_id) ? [action_id] : []));
  const value = pressable.find(({ action_id }) => isDecision(action_id))?.value;
  // The last line; what is said above it may be about others.
  const footer = [...said.matchAll(/^Asked by <@(\w+)>.*\. Request (R[0-9A-Z]{6,})\b/gm)].at(-1);
  const request = value ?? footer?.[2] ?? /\bRequest (R[0-9A-Z]{6,})\b/.exec(said)?.[1] ?? null;
  const versions = [...said.matchAll(/\bsrv-v(\d+)\b/g)].map(([, version]) => Number(version));
  return { request, by: footer?.[1] ?? null, ...stateOf(said, buttons.length > 0), buttons, versions, text: said };
}

function isDecision(action: string): action is Button {
  return ['approve', 'deny', 'hold', 'release', 'withdraw'].includes(action);
}

const ENDS: readonly (readonly [RegExp, string | null])[] = [
  [/\bOutcome: (\w+)/, null],
  [/^Denied by /m, 'denied'],
  [/^Withdrawn by /m, 'withdrawn'],
  [/^Expired at /m, 'expired'],
];

function stateOf(said: string, waits: boolean): Pick<Reading, 'state' | 'word'> {
  if (/goes on in its other message/.test(said)) return { state: 'copy', word: null };
  for (const [pattern, word] of ENDS) {
    const found = pattern.exec(said);
    if (found) return { state: 'ended', word: word ?? found[1] ?? null };
  }
  if (waits || /Nothing has been changed yet/.test(said)) return { state: 'waiting', word: null };
  if (/It runs as soon as its turn comes/.test(said)) return { state: 'approved', word: null };
  if (/^Running: /m.test(said)) return { state: 'running', word: null };
  if (/^(Queued|Still reading)\.$/m.test(said)) return { state: 'queued', word: null };
  // A question is answered by anything else; what such words mean for a change nobody here knows.
  const isChange = /^\/(palm (purge|undo)|ops clear) [^\n]*$/.test(said.split('\n').at(-1) ?? '');
  return isChange ? { state: 'unknown', word: null } : { state: 'ended', word: 'answered' };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Every text of every block, in order; times are left as they are. */
function textsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (!isRecord(value)) return [];
  const { text, ...rest } = value;
  const own = typeof text === 'string' ? [text] : textsIn(text);
  // A confirmation dialog is not part of what the message says.
  return [...own, ...Object.entries(rest).flatMap(([key, inner]) => (key === 'confirm' ? [] : textsIn(inner)))];
}

interface Pressable {
  readonly action_id: string;
  readonly value: string;
}

export function buttonsIn(value: unknown): readonly Pressable[] {
  if (Array.isArray(value)) return value.flatMap(buttonsIn);
  if (!isRecord(value)) return [];
  if (value.type === 'button' && typeof value.action_id === 'string') {
    return [{ action_id: value.action_id, value: typeof value.value === 'string' ? value.value : '' }];
  }
  return Object.values(value).flatMap(buttonsIn);
}
