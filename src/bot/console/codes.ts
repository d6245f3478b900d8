import type { Request } from '../../jobs/request/request';

/** How the console ends, for scripts. Listed in docs/console.md. */
export const CODES = { done: 0, not: 1, usage: 2, uncertain: 3, waiting: 4 } as const;
export type Code = (typeof CODES)[keyof typeof CODES];

/** What the state of a request means for whoever asked. */
export function codeOf({ state }: Request): Code {
  switch (state.kind) {
    case 'queued':
    case 'planned':
    case 'approved':
    case 'running':
      return CODES.waiting;
    case 'denied':
    case 'withdrawn':
    case 'expired':
      return CODES.not;
    case 'finished':
      return OUTCOMES[state.outcome.kind];
  }
}

const OUTCOMES = {
  answered: CODES.done,
  unchanged: CODES.done,
  succeeded: CODES.done,
  refused: CODES.not,
  stale: CODES.not,
  failed: CODES.not,
  partial: CODES.not,
  uncertain: CODES.uncertain,
} as const satisfies Record<Extract<Request['state'], { kind: 'finished' }>['outcome']['kind'], Code>;
