/** What went over the wire, newest last. */
import type { Call } from './types';

/** Enough for any test; a demo that runs for days forgets the oldest. */
const KEPT = 5_000;

export interface TrafficLog {
  readonly calls: readonly Call[];
  note(call: Omit<Call, 'at' | 'ok'>): void;
}

export function createTraffic(changed: () => void): TrafficLog {
  const calls: Call[] = [];
  return {
    calls,
    note: (call) => {
      calls.push({ ...call, at: Date.now(), ok: call.error === undefined });
      if (calls.length > KEPT) calls.shift();
      changed();
    },
  };
}
