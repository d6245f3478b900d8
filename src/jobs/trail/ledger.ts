import type { AuditLine, Ledger, LockLine, RequestAccount, RequestLine } from '../../handlers/ledger';
import type { Text } from '../../handlers/view';
import type { Holder } from '../request/claims';
import { SHOWN } from '../request/fingerprint';
import { clear } from '../request/lifecycle';
import { decidedOf, isUncertain, type Request, stepsOf } from '../request/request';
import { missingApprovals } from '../rules/quorum';
import type { Store } from '../store/store';
import { type Entry, readEntry } from './audit';
import { exportAudit, verifyAudit } from './ledger-audit';
import { commandFor, isHidden, isToldHidden, type Viewer, viewerOf, withoutWords } from './privacy';
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
    newest: async (count, asking) => {
      const [requests, viewer] = await Promise.all([store.newest(count), viewerOf(store, asking)]);
      return requests.map((request) => lineOf(request, viewer));
    },
    find: async (id, asking) => {
      const [request, locks, texts] = await Promise.all([store.load(id), store.locks(), store.trail.newest(SEARCHED)]);
      if (!request) return null;
      const viewer = await viewerOf(store, asking);
      const entries = entriesIn(texts).filter((entry) => entry.request === id);
      return accountOf(request, { locks, entries, viewer });
    },
    audit: async (count, asking) => {
      const [texts, viewer] = await Promise.all([store.trail.newest(count), viewerOf(store, asking)]);
      return auditLines(store, entriesIn(texts), viewer);
    },
    verifyAudit: (typed) => verifyAudit(deps, typed),
    exportAudit: (since) => exportAudit(deps, since),
    timeline: (about, asking) => timeline(deps, about, asking),
    locks: async () => (await store.locks()).map(lockLine),
    clear: async (id, asking) => (await store.move(id, clear(asking, (await store.load(asking))?.requester))).ok,
  };
}

function hasBegun({ state }: Request): boolean {
  return state.kind === 'running' || (state.kind === 'finished' && 'steps' in state.outcome && state.decided !== null);
}

function lineOf(request: Request, viewer: Viewer): RequestLine {
  const { id, requester, askedAt } = request;
  return { id, requester, askedAt, command: commandFor(request, viewer), state: stateWord(request) };
}

/** `planned`, `running`, or how it ended. */
export function stateWord({ state }: Request): string {
  return state.kind === 'finished' ? state.outcome.kind : state.kind;
}

interface Around {
  readonly locks: Awaited<ReturnType<Store['locks']>>;
  readonly entries: readonly Entry[];
  readonly viewer: Viewer;
}

function accountOf(request: Request, { locks, entries, viewer }: Around): RequestAccount {
  const hidden = isHidden(request, viewer);
  return {
    ...lineOf(request, viewer),
    uncertain: isUncertain(request.state),
    rules: rulesOf(request),
    locked: locks.filter(([, holder]) => holder.request === request.id).map(([target]) => target),
    facts: factsOf(request),
    steps: stepsOf(request.state).map(({ target, status, text }) => [target, status, text]),
    entries: entries.map((entry) => auditLine(entry, hidden)),
  };
}

/** Where the danger is not known it counts as the greater one. */
function rulesOf({ operation, cluster, place, state }: Request): RequestAccount['rules'] {
  const danger = decidedOf(state)?.proposed.danger ?? 'irreversible';
  return { operation, cluster, channel: place.channel, danger };
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

function entriesIn(texts: readonly string[]): readonly Entry[] {
  return texts.flatMap((text) => readEntry(text) ?? []);
}

/** Whether it was asked privately stands in its record, or in another entry. */
async function auditLines(
  store: Pick<Store, 'load'>,
  entries: readonly Entry[],
  viewer: Viewer,
): Promise<readonly AuditLine[]> {
  const ids = [...new Set(entries.map(({ request }) => request))];
  const hidden = await Promise.all(
    ids.map(async (id) => {
      const told = { request: await store.load(id), entries: entries.filter(({ request }) => request === id) };
      return isToldHidden(told, viewer) ? [id] : [];
    }),
  );
  const all = new Set(hidden.flat());
  return entries.map((entry) => auditLine(entry, all.has(entry.request)));
}

function auditLine(entry: Entry, isHidden: boolean): AuditLine {
  const { seq, at, event, request, operation, by = null } = entry;
  const told = Object.entries(isHidden ? withoutWords(entry) : entry.detail).map(([key, value]) => `${key}: ${value}`);
  const detail = [...told, ...(isHidden ? [HIDDEN] : [])].join('; ');
  return { seq, at, event, request, operation, by, detail };
}

const HIDDEN = 'its words and its answer are told to nobody else';

function lockLine([target, holder]: readonly [string, Holder]): LockLine {
  return { target, request: holder.request, requester: holder.requester, since: holder.since };
}
