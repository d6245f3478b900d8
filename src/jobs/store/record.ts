import { DEFAULT_CLUSTER } from '../../handlers/clusters';
import type { Proposed, Request, State } from '../request/request';

/**
 * A record as it stands in Redis, written by `writer.ts` and by nobody else, but perhaps by that of an older version of the
 * bot: requests wait, run and are looked at across an upgrade. What a record did not hold then is filled in here alone.
 */
export function readRequest(json: string): Request {
  const stored = JSON.parse(json) as Stored<Request, 'cluster' | 'road'>;
  // Before clusters had names there was one, and before roads were told apart there were Slack's.
  return {
    ...stored,
    cluster: stored.cluster ?? DEFAULT_CLUSTER,
    road: stored.road ?? 'slash',
    state: stateOf(stored),
  };
}

/** These members may be missing. */
type Stored<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;
type Running = Extract<State, { kind: 'running' }>;
type Finished = Extract<State, { kind: 'finished' }>;

function stateOf({ state }: { readonly state: State }): State {
  if (state.kind === 'queued') return state;
  if (state.kind === 'finished') return { ...state, decided: decidedOf(state), startedAt: startedAt(state) };
  const proposed = proposedOf(state.proposed);
  return state.kind === 'running' ? { ...state, proposed, steppedAt: steppedAt(state) } : { ...state, proposed };
}

function proposedOf(proposed: Stored<Proposed, 'slots' | 'procedure'>): Proposed {
  return { ...proposed, slots: proposed.slots ?? [], procedure: proposed.procedure ?? [] };
}

function steppedAt(running: Stored<Running, 'steppedAt'>): number {
  return running.steppedAt ?? running.startedAt;
}

/** Null also where it was performed and nobody wrote down since when: its message then does not say how long it took. */
function startedAt(finished: Stored<Finished, 'startedAt'>): number | null {
  return finished.startedAt ?? null;
}

function decidedOf({ decided }: Pick<Finished, 'decided'>): Finished['decided'] {
  return decided && { ...decided, proposed: proposedOf(decided.proposed) };
}
