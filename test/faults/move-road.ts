import { randomBytes } from 'node:crypto';
import type { Change, Operation } from '../../src/handlers/operation';
import { plain } from '../../src/handlers/view';
import { clear } from '../../src/jobs/request/lifecycle';
import type { Request } from '../../src/jobs/request/request';
import { textOf } from '../handlers/openio/support';
import { ASKED, approval, type JobsUnderTest } from '../support/jobs';

/** How a command ended, and everything that people were told about it. */
export interface Ended {
  readonly id: string;
  /** `answered`: there was nothing to approve. */
  readonly kind: 'succeeded' | 'partial' | 'failed' | 'uncertain' | 'stale' | 'refused' | 'unchanged' | 'answered';
  readonly told: string;
  /** What was read back, and nothing else. */
  readonly found: string;
  readonly next: Readonly<Record<string, string>>;
}

/** Asks for a change, and has two people approve it. Resolves when it was started or has ended without. */
export async function approved(under: JobsUnderTest, operation: Operation, words: readonly string[]): Promise<string> {
  const delivery = randomBytes(8).toString('hex');
  const opened = await under.jobs.requests.open({ ...ASKED, delivery, operation, words });
  if (!opened.ok) throw new Error(`not opened: ${plain(opened.refusal.why)}`);
  const { id } = opened.request;
  const planned = await under.until(id, 'planned', 'finished');
  if (planned.state.kind !== 'planned') return id;
  for (const by of ['UBEN', 'UCHO']) {
    const counted = await under.jobs.requests.decide(id, approval(by));
    if (!counted.ok) throw new Error(`not approved: ${plain(counted.refusal.why)}`);
  }
  return id;
}

export async function endOf(under: JobsUnderTest, id: string): Promise<Ended> {
  const request = await under.until(id, 'finished');
  return ended(request);
}

function ended({ id, state }: Request): Ended {
  if (state.kind !== 'finished') throw new Error(`${id} is ${state.kind}`);
  const { outcome } = state;
  const view = 'view' in outcome ? outcome.view : undefined;
  const why = 'why' in outcome ? plain(outcome.why) : '';
  const next = (view?.parts ?? []).flatMap((part) => (part.kind === 'next' ? [[part.label, part.words]] : []));
  const found = 'findings' in outcome ? outcome.findings.map(({ text }) => text).join('\n') : '';
  return { id, kind: outcome.kind, told: `${why}\n${view ? textOf(view) : ''}`, found, next: Object.fromEntries(next) };
}

export async function run(under: JobsUnderTest, operation: Change, words: readonly string[]): Promise<Ended> {
  return endOf(under, await approved(under, operation, words));
}

/** A person has looked: the targets of an uncertain request are free again. */
export async function cleared(under: JobsUnderTest, { id, kind }: Ended): Promise<void> {
  if (kind !== 'uncertain') return;
  const moved = await under.jobs.store.move(id, clear('UBEN'));
  if (!moved.ok) throw new Error(`not cleared: ${plain(moved.refusal.why)}`);
}
