/** Times are in milliseconds. */
export interface MoveOptions {
  /** How long to wait for an election to end and for copies to agree. */
  readonly settleMs?: number;
  /** Between two looks. */
  readonly pauseMs?: number;
  /** One second of `--pause`. */
  readonly secondMs?: number;
}

export const MOVE_DEFAULTS = { settleMs: 60_000, pauseMs: 500, secondMs: 1_000 } as const;
