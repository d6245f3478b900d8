/** What a Web API method is. */
import { z } from 'zod';
import { parseJson } from '../http';
import type { SocketHub } from '../socket-link';
import type { Store } from '../store';
import type { Tickets } from '../triggers';
import type { Tier } from '../types';
import type { Views } from '../views';

export type Reply =
  | ({ readonly ok: true } & Readonly<Record<string, unknown>>)
  | ({ readonly ok: false; readonly error: string } & Readonly<Record<string, unknown>>);

/** What methods work on. */
export interface Desk {
  readonly store: Store;
  readonly views: Views;
  readonly tickets: Tickets;
  readonly hub: SocketHub;
  readonly scopes: readonly string[];
  /** Whether the app has a Home tab. */
  readonly homeTab: boolean;
  /** `http://127.0.0.1:port`, known once the server listens. */
  readonly origin: () => string;
  /** Where the bytes of a promised file go. */
  readonly uploads: Uploads;
}

export interface Uploads {
  promise(name: string, length: number): { readonly id: string; readonly path: string };
  /** Takes the bytes sent to a path. Returns why not, or undefined. */
  receive(path: string, bytes: Buffer): string | undefined;
  /** The bytes, once: completing the same file again finds nothing. */
  take(id: string): { readonly name: string; readonly bytes: Buffer } | undefined;
}

export interface Method {
  readonly token: 'bot' | 'app';
  /** Any one of them is enough; none means every token may. */
  readonly scopes: readonly string[];
  readonly tier: Tier;
  call(given: unknown, desk: Desk): Reply;
}

interface MethodSpec<Args> {
  readonly token?: 'bot' | 'app';
  readonly scopes?: readonly string[];
  readonly tier: Tier;
  readonly args: z.ZodType<Args>;
  run(args: Args, desk: Desk): Reply;
}

export function refuse(error: string, more: Readonly<Record<string, unknown>> = {}): Reply {
  return { ok: false, error, ...more };
}

/** Slack repeats each complaint, marked, in response_metadata. */
export function refuseWith(error: string, complaints: readonly string[]): Reply {
  const messages = complaints.map((one) => `[ERROR] ${one}`);
  return refuse(error, { errors: complaints, response_metadata: { messages } });
}

/** Closes over the type of the arguments, so that the methods are a plain table. */
export function defineMethod<Args>(spec: MethodSpec<Args>): Method {
  return {
    token: spec.token ?? 'bot',
    scopes: spec.scopes ?? [],
    tier: spec.tier,
    call: (given, desk) => {
      const parsed = spec.args.safeParse(given);
      if (parsed.success) return spec.run(parsed.data, desk);
      return refuseWith(
        'invalid_arguments',
        parsed.error.issues.map((issue) => `${issue.message} [json-pointer:/${issue.path.map(String).join('/')}]`),
      );
    },
  };
}

/** In a form every argument is text; nested ones are JSON in it. Text that is not JSON stays text and is refused later. */
export const nested = z.preprocess(
  (given) => (typeof given === 'string' ? (parseJson(given) ?? given) : given),
  z.unknown(),
);

export const flag = z.preprocess(
  (given) => (given === 'true' || given === '1' ? true : given === 'false' || given === '0' ? false : given),
  z.boolean(),
);

export const count = z.preprocess(
  (given) => (typeof given === 'string' && given !== '' ? Number(given) : given),
  z.int().min(0),
);

export const word = z.string().min(1);
