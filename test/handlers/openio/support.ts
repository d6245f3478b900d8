import { createOpenioSandbox, type OpenioSandbox } from '../../../sandbox/openio/sandbox';
import type { Version } from '../../../sandbox/openio/state';
import { createOpenio } from '../../../src/backends/openio/create';
import type { Openio } from '../../../src/backends/openio/openio';
import type {
  Change,
  Context,
  Finding,
  Operation,
  Planned,
  Proposal,
  Query,
  Step,
} from '../../../src/handlers/operation';
import { type Part, plain, type View } from '../../../src/handlers/view';
import { splitWords } from '../../../src/handlers/words';
import { noPlan } from '../../support/planned';

export const VERSIONS = ['4.2.10', '2026.14.2'] as const satisfies readonly Version[];
/** Every wait of the real servers, shortened: a hung peer costs 150 ms. */
const SCALE = 0.005;
/** How long changes wait for the truth in tests. */
export const QUICK = { settleMs: 400, pauseMs: 10 };

export interface Rig {
  readonly sandbox: OpenioSandbox;
  readonly openio: Openio;
  close(): Promise<void>;
}

export async function rig(version: Version, scale = SCALE): Promise<Rig> {
  const sandbox = await createOpenioSandbox({ version, scale });
  const openio = createOpenio({ proxyUrl: sandbox.url, namespace: sandbox.namespace, account: sandbox.account });
  return {
    sandbox,
    openio,
    close: async () => {
      await openio.close();
      await sandbox.close();
    },
  };
}

export function context(report: (view: View) => void = () => undefined): Context {
  return { request: 'R7', signal: new AbortController().signal, report };
}

function words(operation: Operation, text: string): readonly string[] {
  const split = splitWords(text);
  if (!split.ok) throw new Error(split.problem);
  const problem = operation.check(split.args);
  if (problem !== null) throw new Error(problem);
  return split.args;
}

/** The view of a query. */
export function ask(query: Query, text: string, report?: (view: View) => void): Promise<View> {
  return query.answer(words(query, text), context(report));
}

export function propose(change: Change, text: string): Promise<Planned<Proposal>> {
  return change.propose(words(change, text), context());
}

export async function planned(change: Change, text: string): Promise<Proposal> {
  const answer = await propose(change, text);
  if (answer.kind !== 'plan') throw new Error(noPlan(answer));
  // What is performed is always a plan that was stored and read again.
  return change.restore(JSON.parse(JSON.stringify(answer.plan.plan)));
}

export interface Performed {
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
  readonly view: View;
}

export async function perform(proposal: Proposal): Promise<Performed> {
  const steps: Step[] = [];
  for await (const step of proposal.execute(context())) steps.push(step);
  const findings = await proposal.verify(context());
  return { steps, findings, view: proposal.render(steps, findings, context().request) };
}

/** Everything that a person can read, in one text. */
export function textOf(view: View): string {
  return [view.title, ...view.parts.map(partText)].join('\n');
}

function partText(part: Part): string {
  switch (part.kind) {
    case 'text':
      return plain(part.text);
    case 'raw':
      return part.text;
    case 'facts':
      return part.facts.map(([label, value]) => `${label}: ${plain(value)}`).join('\n');
    case 'table':
      return [part.head, ...part.rows].map((row) => row.map(plain).join(' | ')).join('\n');
    case 'picture':
      return part.alt;
    case 'next':
      return `${part.label}: ${part.words}`;
  }
}

export function rowsOf(view: View): readonly (readonly string[])[] {
  return view.parts.flatMap((part) => (part.kind === 'table' ? part.rows.map((row) => row.map(plain)) : []));
}

/** The suggested commands, by label. */
export function nextOf(view: View): Readonly<Record<string, string>> {
  return Object.fromEntries(view.parts.flatMap((part) => (part.kind === 'next' ? [[part.label, part.words]] : [])));
}
