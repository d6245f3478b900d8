import { wordsOf } from '../../handlers/filling';
import type { Field, Filled, Form } from '../../handlers/form';
import { capital } from '../../handlers/help';
import type { Operation, Words } from '../../handlers/operation';
import { misread, selectSwitches, switchesOf } from '../../handlers/switches';
import { shorten } from '../../handlers/words';
import { blockOfField } from './ask-inputs';
import { notice, type Submitted } from './modals';

/** From what a form holds to the words of a command, or to the input that has to be mended. Pure. */

export type Said = { readonly ok: true; readonly words: Words; readonly switches: Words } | Wrong;

interface Wrong {
  readonly ok: false;
  readonly problem: string;
  /** The one that is to blame; null: none can be told. */
  readonly field: Field | null;
}

/** `lost`: fields with a long name that is not kept any more. */
export function saidIn(operation: Operation, filled: Filled, lost: readonly string[]): Said {
  const every = switchesOf(operation);
  const forgotten = operation.form.find(({ id }) => lost.includes(id));
  if (forgotten) return { ok: false, problem: 'this name was offered too long ago; choose it again', field: forgotten };
  const words = wordsOf(operation.form, filled);
  if (!words.ok) return wrong(operation.form, filled, words.problem);
  const problem = operation.check(words.args);
  if (problem !== null) return wrong(operation.form, filled, problem);
  const switches = wordsOf(every, filled);
  const broken = switches.ok ? brokenBy(operation, words.args, switches.args) : switches.problem;
  if (!switches.ok || broken !== null) return wrong([...every, ...operation.form], filled, broken ?? '');
  return { ok: true, words: words.args, switches: switches.args };
}

function brokenBy(operation: Operation, words: Words, switches: Words): string | null {
  const selected = selectSwitches(switches);
  return selected.ok ? misread([...operation.name.split(' '), ...words]) : selected.problem;
}

function wrong(form: Form, filled: Filled, problem: string): Wrong {
  return { ok: false, problem, field: blamed(form, filled, problem) };
}

/**
 * The field that a sentence is about: whose value it quotes, whose flag it names, whose value it holds, whose label it
 * says is missing; or else the first one, since Slack shows a problem below an input and nowhere else.
 */
function blamed(form: Form, filled: Filled, problem: string): Field | null {
  const valuesOf = ({ id, input }: Field) => (input.kind === 'flag' ? [] : tokensOf(filled[id] ?? []));
  const quoted = form.find((field) => valuesOf(field).some((value) => problem.includes(`"${shorten(value)}"`)));
  const held = form.filter(({ id }) => filled[id] !== undefined);
  const empty = form.filter(({ id, input }) => filled[id] === undefined && input.kind !== 'flag');
  return (
    quoted ??
    earliest(held, (field) => mentioned(field, problem)) ??
    longest(held, (field) => valuesOf(field).filter((value) => problem.includes(value))) ??
    empty.find(({ label }) => problem.toLowerCase().includes(label.toLowerCase())) ??
    form.find(({ input }) => input.kind !== 'flag') ??
    form[0] ??
    null
  );
}

/** The text of several words may hold the one that is meant. */
function tokensOf(values: readonly string[]): readonly string[] {
  return values.flatMap((value) => [value, ...value.split(/\s+/)]).filter((value) => value !== '');
}

/** Where the flag stands in the sentence; -1: nowhere. */
function mentioned({ as }: Field, problem: string): number {
  return 'flag' in as ? problem.search(new RegExp(`--${as.flag}(?![\\w-])`)) : -1;
}

function earliest(form: Form, at: (field: Field) => number): Field | undefined {
  return form.filter((field) => at(field) !== -1).toSorted((a, b) => at(a) - at(b))[0];
}

function longest(form: Form, valuesOf: (field: Field) => readonly string[]): Field | undefined {
  const size = (field: Field) => Math.max(0, ...valuesOf(field).map((value) => value.length));
  return form.filter((field) => size(field) > 0).toSorted((a, b) => size(b) - size(a))[0];
}

/** Below the input that is to blame. */
export function problemsIn(operation: Operation, { problem, field }: Wrong): Submitted {
  const text = `${capital(problem)}.`;
  if (field === null) return notice('Nothing was run', text);
  return { kind: 'wrong', problems: { [blockOfField(operation, field)]: text } };
}
