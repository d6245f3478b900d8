/** One line of the table that the benches print together: what we do, beside the bare tool in the same run. */
export interface Row {
  readonly what: string;
  readonly bare: string;
  readonly ours: string;
  readonly ratio: string;
  readonly goal: string;
}
