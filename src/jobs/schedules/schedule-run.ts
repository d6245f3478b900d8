import { comparable } from '../../handlers/comparable';
import type { Context, Json, Query } from '../../handlers/operation';
import { type Part, plain, type View } from '../../handlers/view';
import { differences } from '../request/fingerprint';
import { requestId } from '../request/id';
import { mayAsk } from '../rules/policy';
import { hashOf } from '../trail/audit';
import { contextOf, finishWith, type Work } from '../work/answer';
import { readFailed } from '../work/failures';
import { commandOfSchedule, type Schedule } from './schedule';
import type { ScheduleQueue } from './schedule-queue';
import type { ScheduleStore } from './schedule-store';

export interface ScheduleWork {
  readonly work: Work;
  readonly schedules: ScheduleStore;
  readonly queue: Pick<ScheduleQueue, 'remove'>;
  /** Redis TIME. */
  readonly now: () => Promise<number>;
}

/** Longer than any reading may take. */
const LOCK_MS = 240_000;
/** What is compared is kept in Redis; a longer answer is only known to have changed. */
const MOST_COMPARED = 1_000_000;

/** Asks once. What is the same as before is not said; a run that finds another one at it is left out. */
export async function runSchedule(deps: ScheduleWork, id: string): Promise<void> {
  const schedule = await deps.schedules.load(id);
  if (!schedule) return deps.queue.remove(id);
  if ((await deps.now()) >= schedule.until) return endSchedule(deps, id);
  const unlock = await deps.schedules.lock(id, LOCK_MS);
  if (!unlock) return deps.schedules.skipped(id);
  try {
    await askOnce(deps, schedule);
  } finally {
    await unlock();
  }
}

/** Its time is over. */
export async function endSchedule(deps: ScheduleWork, id: string): Promise<void> {
  const schedule = await deps.schedules.load(id);
  if (schedule) await close(deps, schedule, 'Its time is over.');
}

async function close(deps: ScheduleWork, schedule: Schedule, why: string): Promise<void> {
  const { runs, changes, skipped } = await deps.schedules.progress(schedule.id);
  const left = skipped > 0 ? ` ${skipped} runs were left out, because the one before was not done.` : '';
  await post(deps, schedule, {
    number: 'end',
    view: {
      title: `Not asked any more: /${commandOfSchedule(schedule)}`,
      tone: 'neutral',
      parts: [{ kind: 'text', text: `${why} It was asked ${runs} times; the answer changed ${changes} times.${left}` }],
    },
  });
  await deps.queue.remove(schedule.id);
  await deps.schedules.remove(schedule.id);
}

async function askOnce(deps: ScheduleWork, schedule: Schedule): Promise<void> {
  const { work, schedules } = deps;
  const { id, operation: name, cluster, place } = schedule;
  const operation = work.operation(name, cluster);
  if (operation?.kind !== 'query') return close(deps, schedule, `This bot cannot ask ${name} any more.`);
  const about = { kind: 'query', operation: name, cluster, channel: place.channel, danger: null } as const;
  const judged = { standing: await work.admission.standing(about), at: await deps.now() };
  const refusal = mayAsk({ ...about, road: 'schedule', requester: schedule.by }, judged);
  // Slack may know again next time.
  if (refusal?.rule === 'askers unknown') return;
  if (refusal) return close(deps, schedule, `It may not be asked any more: ${plain(refusal.why)}`);
  const view = await answerOf(work, schedule, operation);
  const compared = bounded(comparable(view));
  await keepTold(deps, id);
  const before = await schedules.answer(id);
  await schedules.ran(id, await deps.now());
  const changed = before === null ? [] : differences(before, compared);
  if (before !== null && changed.length === 0) return;
  const changes = before === null ? 0 : (await schedules.progress(id)).changes + 1;
  await schedules.telling(id, { compared, changes });
  const posted = await post(deps, schedule, {
    number: changes,
    view: told(schedule, view, before === null ? null : changed),
  });
  if (posted) await schedules.keep(id, { compared, changes });
}

/**
 * A run that was killed after it had told its answer did not keep it. Without that the next change would be taken for the
 * same message, and never be seen.
 */
async function keepTold({ work, schedules }: ScheduleWork, id: string): Promise<void> {
  const untold = await schedules.untold(id);
  if (untold && (await work.store.load(messageOf(id, untold.changes)))) await schedules.keep(id, untold);
}

/** The request that tells it. */
function messageOf(schedule: string, number: Posting['number']): string {
  return requestId(`schedule ${schedule} ${number}`);
}

async function answerOf(work: Work, schedule: Schedule, query: Query): Promise<View> {
  const context: Context = { ...contextOf(work, schedule.id), report: () => undefined };
  try {
    return await query.answer(schedule.words, context);
  } catch (error) {
    work.onError(error, schedule.id);
    return readFailed(commandOfSchedule(schedule), error);
  }
}

function bounded(compared: Json): Json {
  const text = JSON.stringify(compared);
  return text.length <= MOST_COMPARED ? compared : { 'the whole answer': `${text.length} characters, ${hashOf(text)}` };
}

/** What changed comes first, as lines: a message has one table, which is the answer's. `changed`: null for the first one. */
export function told(schedule: Pick<Schedule, 'id'>, view: View, changed: ReturnType<typeof differences> | null): View {
  const stop: Part = {
    kind: 'next',
    label: 'Stop it',
    words: `ops every stop ${schedule.id}`,
    why: 'ends these messages',
  };
  if (changed === null) return { ...view, parts: [...view.parts, stop] };
  const differences: readonly Part[] = [
    { kind: 'text', text: 'Before → now:' },
    { kind: 'facts', facts: changed.map(({ path, approved, now }) => [path, `${approved} → ${now}`]) },
    { kind: 'text', text: 'All of it now:' },
  ];
  return { title: `Changed: ${view.title}`, tone: view.tone, parts: [...differences, ...view.parts, stop] };
}

interface Posting {
  /** Which message of this schedule it is: the same one twice is one. */
  readonly number: number | 'end';
  readonly view: View;
}

/** A request like any other, on a road of its own: admitted, in the audit trail, and drawn from its record. False: refused. */
async function post({ work }: ScheduleWork, schedule: Schedule, { number, view }: Posting): Promise<boolean> {
  const { operation: name, words, cluster, place, by } = schedule;
  const about = { kind: 'query', operation: name, cluster, channel: place.channel, danger: null } as const;
  const standing = await work.admission.standing(about);
  const asked = { kind: 'query', operation: name, words, cluster, road: 'schedule', requester: by, place } as const;
  const opened = await work.store.open({ id: messageOf(schedule.id, number), ...asked }, standing);
  if (opened.ok) await finishWith(work, opened.request, { kind: 'answered', view });
  return opened.ok;
}
