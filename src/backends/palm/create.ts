import { z } from 'zod';
import { decodeJson } from '../decode';
import { BackendFailure } from '../failure';
import { createHttp, type HttpAnswer } from '../http';
import { firstAnswer, parseHosts } from './hosts';
import { SERVERS } from './keys';
import { membersOf } from './members';
import type { Holding, Palm, PalmLimits } from './palm';
import { openV2 } from './v2';
import { isJson } from './v2-client';
import { openV3 } from './v3';
import { connectV3 } from './v3-client';

export interface PalmOptions {
  readonly api: 'v2' | 'v3';
  /** `http://host:2379`, one per member. */
  readonly hosts: readonly string[];
  readonly limits?: Partial<PalmLimits>;
}

export const LIMITS: PalmLimits = { readMs: 2_000, writeMs: 5_000, listMs: 30_000, pageSize: 5_000 };

/** 100 000 records of ordinary size are 46 MB in v2, which has no pages. */
const LONGEST_ANSWER = 128 << 20;

/** Connects when first used. Throws a plain error when `hosts` cannot be right. */
export function createPalm(options: PalmOptions): Palm {
  const hosts = parseHosts(options.hosts);
  const limits = { ...LIMITS, ...options.limits };
  const http = createHttp({ backend: 'palm', maxBytes: LONGEST_ANSWER });
  const keys = options.api === 'v2' ? openV2({ http, hosts, limits }) : openV3(connectV3(hosts, limits), limits);
  const ask: Ask = (call) =>
    firstAnswer(hosts, 'read', (host) =>
      http.call({
        url: new URL(call.path, host),
        method: call.body === undefined ? 'GET' : 'POST',
        doing: call.doing,
        writes: false,
        timeoutMs: limits.readMs,
        signal: call.signal,
        ...(call.body !== undefined && { body: call.body }),
      }),
    );
  return {
    ...keys,
    hosts: hosts.map((host) => new URL(host).host).join(', '),
    otherKeySpace: (signal) => (options.api === 'v2' ? v3HoldsServers(ask, signal) : v2HoldsServers(ask, signal)),
    keySpaces: async (signal) => {
      const [v2, v3] = await Promise.all([v2HoldsServers(ask, signal), v3HoldsServers(ask, signal)]);
      return { v2, v3 };
    },
    version: (signal) => version(ask, signal),
    members: (signal) => membersOf({ http, hosts, readMs: limits.readMs }, signal),
    close: async () => {
      await Promise.all([keys.close(), http.close()]);
    },
  };
}

interface Question {
  readonly path: string;
  readonly doing: string;
  readonly signal: AbortSignal;
  readonly body?: string;
}
type Ask = (question: Question) => Promise<HttpAnswer>;

/** A doubt about the other key space is no reason to fail the question about this one. */
async function doubted(look: Promise<Holding>): Promise<Holding> {
  try {
    return await look;
  } catch (error) {
    if (error instanceof BackendFailure) return 'unknown';
    throw error;
  }
}

const v2Directory = z.object({ node: z.object({ nodes: z.array(z.unknown()).optional() }).optional() });

function v2HoldsServers(ask: Ask, signal: AbortSignal): Promise<Holding> {
  const doing = 'look into the v2 key space';
  const look = async () => {
    const answer = await ask({ path: '/v2/keys/servers?quorum=true', doing, signal });
    if (!isJson(answer)) return answer.status === 404 ? 'off' : 'unknown';
    if (answer.status === 404) return 'empty';
    if (answer.status !== 200) return 'unknown';
    const { node } = decodeJson(answer.body, v2Directory, { backend: 'palm', doing, effect: 'none' });
    return (node?.nodes ?? []).length > 0 ? 'holds servers' : 'empty';
  };
  return doubted(look());
}

/** The gateway's path changed with etcd's releases; the newest comes first. */
const GATEWAYS = ['/v3/kv/range', '/v3beta/kv/range', '/v3alpha/kv/range'];

/** etcd leaves a count of zero out. */
const v3Count = z.object({ header: z.unknown(), count: z.string().optional() });

function v3HoldsServers(ask: Ask, signal: AbortSignal): Promise<Holding> {
  const doing = 'look into the v3 key space';
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const body = JSON.stringify({ key: base64(SERVERS), range_end: base64('/servers0'), count_only: true });
  const look = async () => {
    for (const path of GATEWAYS) {
      const answer = await ask({ path, doing, signal, body });
      if (answer.status === 404) continue;
      if (answer.status !== 200) return 'unknown';
      const { count } = decodeJson(answer.body, v3Count, { backend: 'palm', doing, effect: 'none' });
      return Number(count ?? 0) > 0 ? 'holds servers' : 'empty';
    }
    return 'off';
  };
  return doubted(look());
}

const versions = z.object({ etcdserver: z.string().max(100) });

async function version(ask: Ask, signal: AbortSignal): Promise<string> {
  const doing = "read etcd's version";
  const answer = await ask({ path: '/version', doing, signal });
  return decodeJson(answer.body, versions, { backend: 'palm', doing, effect: 'none' }).etcdserver;
}
