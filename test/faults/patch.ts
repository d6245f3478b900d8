/** A small exact change of one file. */
export interface Patch {
  /** From the project's folder. */
  readonly file: string;
  readonly find: string | RegExp;
  readonly replace: string;
}

/** Throws unless there is exactly one place to change. */
export function applied(text: string, { file, find, replace }: Patch): string {
  const places =
    typeof find === 'string' ? text.split(find).length - 1 : [...text.matchAll(new RegExp(find, 'g'))].length;
  if (places !== 1) throw new Error(`${file}: ${String(find)} is found ${places} times, must be once`);
  return typeof find === 'string' ? text.split(find).join(replace) : text.replace(find, replace);
}
