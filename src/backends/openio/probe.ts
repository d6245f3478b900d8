import { BackendFailure } from '../failure';
import type { Http } from '../http';
import type { Calls } from './calls';
import { servicesOf, verbOf, type Way } from './exchanges';
import type { Call, Probe, Service } from './openio';

/** The first digits of a directory base: any base of meta0 is there from the first day of a namespace. */
const ANYWHERE = '0000';
/** A look at the surroundings must not wait for what hangs. */
const MOST_MS = 3_000;

interface Means {
  readonly http: Http;
  readonly calls: Calls;
  readonly way: Way;
  readonly namespace: string;
}

/** Pure reads. Only the first one decides whether the proxy is there; what the others cannot tell is null. */
export async function probe(means: Means, call: Call): Promise<Probe> {
  const way = { ...means.way, readMs: MOST_MS };
  const list = (type: string) => means.calls.get(servicesOf(way, means.namespace, type), call);
  const services = await list('meta2');
  const [alone, version] = await Promise.all([
    orNull(list('meta0').then((found) => answersAlone({ ...means, way }, found, call))),
    orNull(versionOf(means, services, call)),
  ]);
  return { services, alone, version };
}

async function orNull<T>(look: Promise<T>): Promise<T | null> {
  try {
    return await look;
  } catch (error) {
    if (error instanceof BackendFailure) return null;
    throw error;
  }
}

/** Older servers answer for every peer, whomever they are asked about. With a single peer the two look the same. */
async function answersAlone({ calls, way, namespace }: Means, found: readonly Service[], call: Call) {
  const peer = found.find(({ up }) => up !== false)?.address;
  if (peer === undefined || found.length < 2) return null;
  const container = { by: 'cid', namespace, cid: ANYWHERE } as const;
  const answers = await calls.get(verbOf(way, 'has', { base: { type: 'meta0', container }, peer }), call);
  return answers.length === 1 && answers[0]?.id === peer;
}

/** What a service says of its version, as it says it. */
async function versionOf(means: Means, services: readonly Service[], call: Call): Promise<string | null> {
  const service = services.find(({ up }) => up !== false);
  if (!service) return null;
  const answer = await forwarded(means, { what: 'version', id: service.address, withinMs: MOST_MS }, call);
  const text = answer.body.toString('utf8').trim();
  return answer.status === 200 && /^[\w./ -]{1,60}$/.test(text) ? text : null;
}

interface Forwarded {
  readonly what: 'ping' | 'version';
  /** Which service the proxy asks. */
  readonly id: string;
  readonly withinMs: number;
}

/** Plain text, whatever its header claims. */
function forwarded({ http, way }: Pick<Means, 'http' | 'way'>, { what, id, withinMs }: Forwarded, call: Call) {
  const url = new URL(`/v3.0/forward/${what}`, way.proxy);
  url.search = new URLSearchParams({ id }).toString();
  return http.call({
    url,
    method: 'GET',
    doing: `ask ${id} for its ${what}`,
    writes: false,
    timeoutMs: withinMs,
    signal: call.signal,
    headers: { connection: 'close' },
  });
}

/** Whether the proxy gets an answer from this service, which need not be a peer of anything. Every version can tell. */
export async function answers(means: Pick<Means, 'http' | 'way'>, service: string, call: Call): Promise<boolean> {
  try {
    const asking = { what: 'ping', id: service, withinMs: means.way.readMs } as const;
    return (await forwarded(means, asking, call)).status === 200;
  } catch (error) {
    if (error instanceof BackendFailure && error.kind === 'timeout' && !call.signal.aborted) return false;
    throw error;
  }
}
