import type { Parsed, Words } from '../operation';
import { shorten } from '../words';

const REQUEST_ID = /^R[0-9A-HJKMNP-TV-Z]{4,16}$/;

/** One request id, in any case. */
export function parseRequestId(words: Words, usage: string): Parsed<string> {
  const [typed, ...rest] = words;
  if (typed === undefined || rest.length > 0) return { ok: false, problem: `one request id is needed: ${usage}` };
  const id = typed.toUpperCase();
  if (!REQUEST_ID.test(id))
    return { ok: false, problem: `${shorten(typed)} is not a request id. One looks like R7K2M9QF4` };
  return { ok: true, args: id };
}
