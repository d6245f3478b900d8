import type { ZodType } from 'zod';
import { type Backend, BackendFailure } from './failure';

export interface Decoding {
  readonly backend: Backend;
  /** What was being done, in lower case: `list servers`. The failure begins with it. */
  readonly doing: string;
  /** `possible` when the answer that cannot be read is the answer to a write. */
  readonly effect: 'none' | 'possible';
}

/**
 * The value of a JSON answer, checked against `schema`. Throws a `malformed` failure that names the first wrong field and
 * never quotes the answer. Integers beyond 2^53 lose digits in `JSON.parse`: where a protocol has them, quote them first.
 */
export function decodeJson<T>(answer: Buffer | string, schema: ZodType<T>, decoding: Decoding): T {
  return decodeValue(parseJson(answer, decoding), schema, decoding);
}

/** A value that is already parsed (a frame of another encoding), checked against `schema`. */
export function decodeValue<T>(value: unknown, schema: ZodType<T>, decoding: Decoding): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue && issue.path.length > 0 ? ` at ${issue.path.map(String).join('.')}` : '';
  throw malformed(`the answer has another shape than expected${where}`, decoding, parsed.error);
}

function parseJson(answer: Buffer | string, decoding: Decoding): unknown {
  try {
    return JSON.parse(typeof answer === 'string' ? answer : new TextDecoder('utf-8', { fatal: true }).decode(answer));
  } catch (cause) {
    throw malformed('the answer is not JSON', decoding, cause);
  }
}

function malformed(text: string, decoding: Decoding, cause: unknown): BackendFailure {
  return new BackendFailure(`${decoding.doing}: ${text}`, {
    backend: decoding.backend,
    kind: 'malformed',
    effect: decoding.effect,
    cause,
  });
}
