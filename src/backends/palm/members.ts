import { z } from 'zod';
import { decodeJson } from '../decode';
import { BackendFailure } from '../failure';
import type { Http, HttpAnswer } from '../http';
import type { Member } from './palm';

export interface MembersSource {
  readonly http: Http;
  readonly hosts: readonly string[];
  readonly readMs: number;
}

/** Asks each host for itself: behind one that answers, another may be full, alone or of another cluster. */
export function membersOf(source: MembersSource, signal: AbortSignal): Promise<readonly Member[]> {
  return Promise.all(source.hosts.map((host) => memberOrSilence(source, host, signal)));
}

async function memberOrSilence(source: MembersSource, url: string, signal: AbortSignal): Promise<Member> {
  const { host } = new URL(url);
  try {
    const ask = askerOf(source, url, signal);
    const [version, healthy, state] = await Promise.all([versionOf(ask), isHealthy(ask), stateOf(ask)]);
    return { kind: 'answers', host, version, healthy, ...state };
  } catch (error) {
    if (error instanceof BackendFailure) return { kind: 'silent', host, why: error.message };
    throw error;
  }
}

interface Question {
  readonly path: string;
  readonly doing: string;
  readonly body?: string;
}
type Ask = (question: Question) => Promise<HttpAnswer>;

function askerOf({ http, readMs }: MembersSource, url: string, signal: AbortSignal): Ask {
  return ({ path, doing, body }) =>
    http.call({
      url: new URL(path, url),
      method: body === undefined ? 'GET' : 'POST',
      doing,
      writes: false,
      timeoutMs: readMs,
      signal,
      ...(body !== undefined && { body }),
    });
}

const versions = z.object({ etcdserver: z.string().max(100) });

async function versionOf(ask: Ask): Promise<string> {
  const doing = "read etcd's version";
  const { body } = await ask({ path: '/version', doing });
  return decodeJson(body, versions, { backend: 'palm', doing, effect: 'none' }).etcdserver;
}

/** Old etcd writes a text, new ones a truth value. */
const health = z.object({ health: z.union([z.boolean(), z.string()]) });

async function isHealthy(ask: Ask): Promise<boolean> {
  const doing = "read etcd's health";
  const { body } = await ask({ path: '/health', doing });
  return String(decodeJson(body, health, { backend: 'palm', doing, effect: 'none' }).health) === 'true';
}

/** The gateway's path changed with etcd's releases; the newest comes first. */
const GATEWAYS = ['/v3', '/v3beta', '/v3alpha'];
const status = z.object({ header: z.object({ cluster_id: z.string() }) });
const alarmList = z.object({ alarms: z.array(z.object({ alarm: z.string() })).optional() });

/** An etcd that keeps this to itself (it asks for a login, or is very old) is no reason to call it ill. */
async function stateOf(ask: Ask): Promise<{ cluster: string | null; alarms: readonly string[] | null }> {
  const [told, raised] = await Promise.all([
    maintenance(ask, { path: 'status', doing: "read etcd's cluster", body: '{}' }, status),
    maintenance(ask, { path: 'alarm', doing: "read etcd's alarms", body: '{"action":"GET"}' }, alarmList),
  ]);
  const alarms = raised && [...new Set((raised.alarms ?? []).map(({ alarm }) => alarm))];
  return { cluster: told?.header.cluster_id ?? null, alarms };
}

async function maintenance<T>(ask: Ask, question: Question, shape: z.ZodType<T>): Promise<T | null> {
  for (const gateway of GATEWAYS) {
    const answer = await ask({ ...question, path: `${gateway}/maintenance/${question.path}` });
    if (answer.status === 404) continue;
    if (answer.status !== 200) return null;
    return decodeJson(answer.body, shape, { backend: 'palm', doing: question.doing, effect: 'none' });
  }
  return null;
}
