import type { AuditLine, Ledger, LockLine, RequestAccount, RequestLine } from '../../handlers/ledger';
import type { Text } from '../../handlers/view';
import { SHOWN } from '../request/fingerprint';
import { clear } from '../request/lifecycle';
import { decidedOf, isUncertain, type Request, stepsOf } from '../request/request';
import { missingApprovals } from '../rules/quorum';
import type { Store } from '../store/store';
import type { Holder } from '../store/writer';
import { commandOf } from '../work/answer';
import { readEntry } from './audit';
import { exportAudit, verifyAudit } from './ledger-audit';
import { type TimelineDeps, timeline } from './timeline';

/** How many audit entries are searched for those of one request. */
const SEARCHED = 2_000;

/** What the operations of one cluster may know of the job layer. */
export function createLedger(deps: TimelineDeps, cluster: string): Ledger {
  const { store } = deps;
  return {
    performed: async (id) => {
      const request = await store.load(id);
      if (!request || request.cluster !== cluster || !hasBegun(request)) return null;
      const decided = decidedOf(request.state);
      return decided && { operation: request.operation, plan: decided.proposed.plan };
    },
    newest: async (count) => (await store.newest(count)).map(lineOf),
    find: async (id) => {
      const [request, locks, texts] = await Promise.all([store.load(id), store.locks(), store.trail.newest(SEARCHED)]);
      if (!request) return null;
      return accountOf(
        request,
        locks,
        auditLines(texts).filter((line) => line.request === id),
      );
    },
    audit: async (count) => auditLines(await store.trail.newest(count)),
    verifyAudit: (typed) => verifyAudit(deps, typed),
    exportAudit: (since) => exportAudit(deps, since),
    timeline: (about) => timeline(deps, about),
    locks: async () => (await store.locks()).map(lockLine),
    clear: async (id, by) => (await store.move(id, clear(by))).ok,
  };
}

function hasBegun({ state }: Request): boolean {
  return state.kind === 'running' || (state.kind === 'finished' && 'steps' in state.outcome && state.decided !== null);
}

function lineOf(request: Request): RequestLine {
  const { id, requester, askedAt } = request;
  return { id, requester, askedAt, command: commandOf(request), state: stateWord(request) };
}

/** `planned`, `running`, or how it ended. */
export function stateWord({ state }: Request): string {
  return state.kind === 'finished' ? state.outcome.kind : state.kind;
}

function accountOf(
  request: Request,
  locks: Awaited<ReturnType<Store['locks']>>,
  entries: readonly AuditLine[],
): RequestAccount {
  return {
    ...lineOf(request),
    uncertain: isUncertain(request.state),
    locked: locks.filter(([, holder]) => holder.request === request.id).map(([target]) => target),
    facts: factsOf(request),
    steps: stepsOf(request.state).map(({ target, status, text }) => [target, status, text]),
    entries,
  };
}

function factsOf(request: Request): readonly (readonly [string, Text])[] {
  const decided = decidedOf(request.state);
  const facts: (readonly [string, Text])[] = [['Channel', [{ channel: request.place.channel }]]];
  if (request.breakGlass !== undefined) facts.push(['Break-glass', request.breakGlass]);
  if (request.reviewed) facts.push(['Reviewed by', [{ user: request.reviewed.by }, ' ', { at: request.reviewed.at }]]);
  if (!decided) return facts;
  const { proposed, approvals } = decided;
  facts.push(['Fingerprint', proposed.fingerprint.slice(0, SHOWN)], ['Danger', proposed.danger]);
  const people: Text = approvals.flatMap(({ by, at }, index) => [index === 0 ? '' : ', ', { user: by }, ' ', { at }]);
  const all = approvals.length + missingApprovals(proposed, approvals);
  facts.push([`Approved by (${approvals.length} of ${all})`, approvals.length === 0 ? 'nobody' : people]);
  facts.push(...opinionsOf(request.state));
  return facts;
}

/** What people had against it. */
function opinionsOf(state: Request['state']): readonly (readonly [string, Text])[] {
  if (state.kind === 'denied') return [['Denied by', [{ user: state.by }, `: ${state.reason ?? 'no reason given'}`]]];
  if (state.kind !== 'planned' || !state.held) return [];
  return [['Held by', [{ user: state.held.by }, ` since `, { at: state.held.at }, `: ${state.held.why}`]]];
}

function auditLines(texts: readonly string[]): readonly AuditLine[] {
  return texts.flatMap((text) => {
    const entry = readEntry(text);
    if (!entry) return [];
    const { seq, at, event, request, operation, by = null } = entry;
    const detail = Object.entries(entry.detail).map(([key, value]) => `${key}: ${value}`);
    return [{ seq, at, event, request, operation, by, detail: detail.join('; ') }];
  });
}

function lockLine([target, holder]: readonly [string, Holder]): LockLine {
  return { target, request: holder.request, requester: holder.requester, since: holder.since };
}
