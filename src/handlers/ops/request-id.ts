import type { Field } from '../form';
import type { Ledger, RequestLine } from '../ledger';
import type { Parsed, Words } from '../operation';
import { shorten } from '../words';

const REQUEST_ID = /^R[0-9A-HJKMNP-TV-Z]{4,16}$/;

const OFFERED = 50;

/** One request id, in any case. */
export function parseRequestId(words: Words, usage: string): Parsed<string> {
  const [typed, ...rest] = words;
  if (typed === undefined || rest.length > 0) return { ok: false, problem: `one request id is needed: ${usage}` };
  const id = typed.toUpperCase();
  if (!REQUEST_ID.test(id))
    return { ok: false, problem: `${shorten(typed)} is not a request id. One looks like R7K2M9QF4` };
  return { ok: true, args: id };
}

/** One of the newest requests; `fits` leaves out those that the operation has no use for. */
export function requestField(
  label: string,
  ledger: Pick<Ledger, 'newest'>,
  fits: (line: RequestLine) => boolean = () => true,
): Field {
  const list = async () => {
    // What is offered is kept for whoever types next, so nothing private is among it.
    const lines = await ledger.newest(OFFERED);
    return lines.filter(fits).map(({ id, command, state }) => ({ value: id, about: `${state}: /${command}` }));
  };
  return {
    id: 'request',
    label,
    hint: 'Its id: R and eight characters.',
    input: { kind: 'known', known: { kind: 'request', list } },
    as: { kind: 'word' },
  };
}
