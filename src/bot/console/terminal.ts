/** Where the console writes. Results go out, everything else to `err`, so that a pipe gets only results. */
export interface Terminal {
  /** One or more whole lines. */
  out(text: string): void;
  /** Exactly this. */
  raw(text: string): void;
  err(text: string): void;
}
