/**
 * What will happen in a round, as pure data: the same seed gives the same schedule. A round is some stories side by side
 * (a run each: people, one or two requests, one or two servers of PALM), and the troubles that befall the processes and
 * servers they share. When exactly things meet is up to the machine.
 */

export const PEOPLE = {
  ana: { id: 'U0ANA', name: 'ana', role: 'on call, asks' },
  ben: { id: 'U0BEN', name: 'ben', role: 'may approve' },
  cho: { id: 'U0CHO', name: 'cho', role: 'may approve' },
  dee: { id: 'U0DEE', name: 'dee', role: 'may approve, as a member of the group' },
  sam: { id: 'U0SAM', name: 'sam', role: 'stranger' },
} as const;
export type Who = keyof typeof PEOPLE;
export const GROUP = 'S0ONCALL';

export type Button = 'approve' | 'deny' | 'hold' | 'release' | 'withdraw' | 'next' | 'again';

interface Delivered {
  /** Delivered once more after so many milliseconds, as Slack does when it missed the answer. */
  readonly again: number | null;
  /** Which process gets it; another one when that is down. */
  readonly road: 0 | 1;
}

export type Act =
  | ({
      readonly kind: 'type';
      readonly who: Who;
      readonly command: 'purge' | 'show';
      readonly targets: readonly number[];
    } & Delivered)
  | ({
      readonly kind: 'click';
      readonly who: Who;
      readonly button: Button;
      /** Which of the story's requests, in the order they were first seen. */
      readonly request: number;
      /** Arrives so many milliseconds after it was pressed. */
      readonly late: number;
      /** Not pressed, but typed in the console. */
      readonly typed?: true;
    } & Delivered)
  /** What the rest of the world does to a server's record. `rewrite`: the same bytes again. */
  | { readonly kind: 'write'; readonly target: number; readonly what: 'rewrite' | 'change' | 'remove' }
  | { readonly kind: 'await'; readonly what: 'waiting' | 'ended'; readonly request: number; readonly mostMs: number }
  | { readonly kind: 'pass'; readonly ms: number };

export interface Story {
  readonly targets: number;
  readonly acts: readonly Act[];
  /** Somebody else writes to a record at the very moment at which the program does. */
  readonly interferes: 'rewrite' | 'change' | null;
  /** A server whose record was deleted registers again after so many milliseconds, once. */
  readonly registersAgain: number | null;
}

/** Moves of the record, as they appear on the wire to Redis; and what is asked of etcd and of Slack. */
export const MOVES = [
  ...['asked', 'planned', 'approval', 'approved', 'denied', 'withdrawn', 'expired', 'started', 'step', 'finished'],
] as const;
export const POINTS = [...MOVES, ...['delete', 'seal', 'put', 'post', 'edit']] as const;
export type Point = (typeof POINTS)[number];
/** Before it leaves, when it has just left, when its answer has come. */
export const PHASES = ['before', 'sent', 'answered'] as const;
export type Phase = (typeof PHASES)[number];

export type Trouble =
  | { readonly kind: 'kill'; readonly at: number; readonly process: 0 | 1; readonly backAfter: number }
  | { readonly kind: 'freeze'; readonly at: number; readonly process: 0 | 1; readonly ms: number }
  /** kill -9, or a freeze, of whichever process gets there for the n-th time. */
  | {
      readonly kind: 'kill at';
      readonly point: Point;
      readonly phase: Phase;
      readonly nth: number;
      /** The other process is struck at the same moment. */
      readonly both: boolean;
      readonly backAfter: number;
    }
  | {
      readonly kind: 'freeze at';
      readonly point: Point;
      readonly phase: Phase;
      readonly nth: number;
      readonly both: boolean;
      readonly ms: number;
    }
  /** Redis has made the move, and the process that asked for it is not told: its connection ends, and it asks again. */
  | { readonly kind: 'lose at'; readonly point: Point; readonly phase: 'sent'; readonly nth: number }
  | {
      readonly kind: 'redis' | 'etcd';
      readonly what: 'restart' | 'freeze' | 'hold' | 'cut' | 'slow';
      readonly at: number;
      readonly ms: number;
    }
  /** The server has done it, and nobody is told. */
  | { readonly kind: 'lose answers'; readonly of: 'etcd' | 'redis'; readonly at: number; readonly ms: number }
  | {
      readonly kind: 'slack';
      readonly what: 'too fast' | 'lost answer' | 'down' | 'groups unknown';
      readonly at: number;
      readonly ms: number;
    }
  | { readonly kind: 'clock'; readonly at: number; readonly process: 0 | 1; readonly by: number }
  /** Every server registers again at the very moment at which its record is put back. */
  | { readonly kind: 'registers meanwhile' };

export interface Schedule {
  readonly seed: number;
  /** How many others must approve. */
  readonly needs: 1 | 2;
  readonly stories: readonly Story[];
  readonly troubles: readonly Trouble[];
}

/**
 * How long a preview waits for approvals, and an approval for its start. On a machine that is busy with other things most
 * requests would expire before anybody could press: FAULTS_EXPIRES_MS gives them more time.
 */
export const EXPIRES_AFTER_MS = Number(process.env.FAULTS_EXPIRES_MS ?? 3_500);
