import { z } from 'zod';
import { decodeJson } from '../decode';
import { BackendFailure } from '../failure';
import type { Http, HttpAnswer } from '../http';
import { firstAnswer } from './hosts';
import { isUuid } from './keys';
import type { Entry, PalmLimits } from './palm';

const node = z.object({
  key: z.string(),
  value: z.string().optional(),
  dir: z.boolean().optional(),
  modifiedIndex: z.int().positive(),
});
const listing = z.object({ action: z.string(), node: node.extend({ nodes: z.array(node).optional() }) });
const refusal = z.object({ errorCode: z.int(), message: z.string() });

export type V2Node = z.output<typeof node>;
export type V2Answer =
  | {
      readonly ok: true;
      readonly action: string;
      readonly node: z.output<typeof listing>['node'];
      readonly http: HttpAnswer;
    }
  /** `code` is etcd's own: 100 not found, 101 compare failed, 105 exists, 108 directory not empty. */
  | { readonly ok: false; readonly code: number; readonly http: HttpAnswer };

export interface V2Call {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly doing: string;
  /** After `/v2/keys/servers`: empty for the directory, else `/` and one escaped name. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Refusals that mean something to the caller; any other one is thrown. */
  readonly expected: readonly number[];
  readonly form?: URLSearchParams;
}

export interface V2Source {
  readonly http: Http;
  readonly hosts: readonly string[];
  readonly limits: PalmLimits;
}

export async function callV2(source: V2Source, call: V2Call): Promise<V2Answer> {
  const writes = call.method !== 'GET';
  return firstAnswer(source.hosts, writes ? 'write' : 'read', async (host) => {
    const url = new URL(`${host}/v2/keys/servers${call.path}`);
    url.search = new URLSearchParams(call.query).toString();
    const answer = await source.http.call({
      url,
      method: call.method,
      doing: call.doing,
      writes,
      timeoutMs: writes ? source.limits.writeMs : source.limits.readMs,
      signal: call.signal,
      ...(call.form && {
        body: call.form.toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
    });
    return read(answer, call, writes);
  });
}

function read(http: HttpAnswer, call: V2Call, writes: boolean): V2Answer {
  const effect = writes ? 'possible' : 'none';
  if (!isJson(http)) {
    throw new BackendFailure(`${call.doing}: ${withoutJson(http.status)}`, {
      backend: 'palm',
      kind: http.status === 404 ? 'rejected' : 'malformed',
      effect: http.status === 404 ? 'none' : effect,
    });
  }
  const decoding = { backend: 'palm', doing: call.doing, effect } as const;
  if (http.status < 300) return { ok: true, ...decodeJson(http.body, listing, decoding), http };
  const { errorCode: code, message } = decodeJson(http.body, refusal, decoding);
  if (call.expected.includes(code)) return { ok: false, code, http };
  // From 300 on, etcd itself was in trouble and may still carry it out.
  throw new BackendFailure(`${call.doing}: etcd refused (${code} ${message})`, {
    backend: 'palm',
    ...(code < 300 ? { kind: 'rejected', effect: 'none' } : { kind: 'timeout', effect }),
  });
}

/** etcd answers a switched-off key space with plain text, which says nothing about keys. */
function withoutJson(status: number): string {
  return status === 404 ? 'this etcd does not serve the v2 key space' : `etcd answered ${status} without JSON`;
}

export function isJson(answer: HttpAnswer): boolean {
  return answer.body.at(0) === '{'.charCodeAt(0);
}

/**
 * One name as the end of a path. Refuses what a URL would take for a step up or for no name at all: escaping does not
 * change dots.
 */
export function pathOf(name: string): string {
  if (isUuid(name)) return `/${name}`;
  const escaped = escapedOrNull(name);
  if (escaped === null || ['', '.', '..'].includes(name) || name.includes('/')) {
    throw new BackendFailure('this name cannot be addressed in the v2 key space', {
      backend: 'palm',
      kind: 'rejected',
      effect: 'none',
    });
  }
  return `/${escaped}`;
}

/** Null for half a surrogate pair, which has no UTF-8. */
function escapedOrNull(name: string): string | null {
  try {
    return encodeURIComponent(name);
  } catch {
    return null;
  }
}

export function entryOfNode(found: V2Node): Entry {
  return {
    id: found.key.slice('/servers/'.length),
    revision: String(found.modifiedIndex),
    bytes: Buffer.from(found.value ?? ''),
    directory: found.dir ?? false,
  };
}
