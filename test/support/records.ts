import type { View } from '../../src/handlers/view';
import type { Decided, Outcome, Request, State } from '../../src/jobs/request/request';

/** Records as they are stored, for whatever is drawn from them. */
export function requestIn(state: State, words: readonly string[] = ['x']): Request {
  return {
    ...{ id: 'R7K2M9QF', revision: 3, kind: 'change', operation: 'palm purge', words, requester: 'U0ANA' },
    ...{ cluster: 'default', road: 'slash' },
    ...{ place: { channel: 'C1' }, askedAt: 1, state },
  };
}

export function decided(preview: View): Decided {
  return {
    proposed: {
      plan: {},
      fingerprint: 'f'.repeat(64),
      danger: 'irreversible',
      targets: [],
      slots: [],
      procedure: ['copying to 127.0.0.2:6024'],
      preview,
      needs: 2,
      recheckAfterMs: null,
    },
    approvals: [{ by: 'U0BEN', at: 1 }],
  };
}

/** Ended at 12.4 seconds after it was asked. */
export function finished(outcome: Outcome, more: Partial<Extract<State, { kind: 'finished' }>> = {}): State {
  return { kind: 'finished', at: 12_401, startedAt: null, outcome, decided: null, recheck: { kind: 'none' }, ...more };
}
