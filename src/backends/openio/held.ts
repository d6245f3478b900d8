import { z } from 'zod';
import { BackendFailure } from '../failure';
import { type Exchange, refused } from './calls';
import { referenceOf, type Way } from './exchanges';
import type { BasesOn, Call, HeldBase, Refusal } from './openio';
import type { Means } from './peers';

/** The index of a service is filed in the directory like a container of this account. */
const INDEX_ACCOUNT = '_RDIR';
const PER_PAGE = 1_000;
const MOST_BASES = 10_000;

interface Volume {
  readonly namespace: string;
  readonly service: string;
}

/** Asks the directory where the index of this service is kept, and then the index itself, page by page. */
export async function basesOn(means: Means, volume: Volume, call: Call): Promise<BasesOn> {
  const { namespace, service } = volume;
  const lookup = referenceOf(means, { by: 'name', namespace, account: INDEX_ACCOUNT, name: service }, 'rdir');
  const located = await means.calls.ask(lookup, call);
  if (located.kind === 'refused') {
    if (!isUnknown(located.refusal)) throw refused(lookup, located.refusal);
    return { kind: 'no index', why: `the directory knows no index (rdir) of ${service}` };
  }
  const hosts = located.value.services.filter(({ type }) => type === 'rdir').map(({ host }) => host);
  const [index] = hosts.map(addressOf).filter((url) => url !== null);
  if (index) return pages(means, { ...volume, index }, call);
  const why =
    hosts.length > 0
      ? `the index of ${service} has no address (${hosts.join(', ')})`
      : `no index (rdir) is linked to ${service}`;
  return { kind: 'no index', why };
}

/** An index that does not know a service says so with HTTP 400 and a code of its own. */
function isUnknown({ http, code }: Refusal): boolean {
  return http === 404 || code === 420;
}

/** The answer comes from the directory, so nothing but a host and a port may be in it. */
function addressOf(host: string): URL | null {
  return /^(?:[\w.-]{1,253}|\[[0-9a-f:.]{2,45}\]):\d{1,5}$/i.test(host) ? parsed(`http://${host}`) : null;
}

function parsed(url: string): URL | null {
  return URL.canParse(url) ? new URL(url) : null;
}

async function pages(means: Means, volume: Volume & { readonly index: URL }, call: Call): Promise<BasesOn> {
  const bases = new Map<string, HeldBase>();
  for (let marker: string | null = null; ; ) {
    const exchange = pageOf(means, volume, marker);
    const outcome = await means.calls.ask(exchange, call);
    if (outcome.kind === 'refused') {
      if (!isUnknown(outcome.refusal)) throw refused(exchange, outcome.refusal);
      return { kind: 'no index', why: `the index (rdir) at ${volume.index.host} knows no ${volume.service}` };
    }
    const { records, truncated } = outcome.value;
    for (const base of records) bases.set(base.cid, base);
    const last = records.at(-1)?.url ?? null;
    if (truncated && (last === null || last === marker)) throw stuck(exchange);
    if (!truncated || bases.size >= MOST_BASES) {
      return {
        kind: 'listed',
        bases: [...bases.values()].slice(0, MOST_BASES),
        whole: !truncated && bases.size <= MOST_BASES,
      };
    }
    marker = last;
  }
}

interface Page {
  readonly records: readonly HeldBase[];
  readonly truncated: boolean;
}

const record = z
  .object({
    container_id: z.string().regex(/^[0-9a-f]{64}$/i),
    container_url: z.string().min(1).max(4_096),
  })
  .transform(({ container_id, container_url }): HeldBase => ({ cid: container_id.toUpperCase(), url: container_url }));

/** The servers may send one record more than was asked for. */
const page: z.ZodType<Page> = z.object({ records: z.array(record).max(PER_PAGE + 1), truncated: z.boolean() });

/** `marker`: the last url of the page before; it is not sent again. */
function pageOf(way: Way, { service, index }: Volume & { readonly index: URL }, marker: string | null): Exchange<Page> {
  return {
    proxy: index,
    method: 'POST',
    api: 'v1',
    path: ['rdir', 'meta2', 'fetch'],
    query: { vol: service },
    body: { limit: PER_PAGE, ...(marker === null ? {} : { marker }) },
    doing: `list the meta2 bases of ${service}`,
    writes: false,
    withinMs: way.readMs,
    shape: page,
  };
}

function stuck(exchange: Exchange<unknown>): BackendFailure {
  const message = `${exchange.doing}: the index says that there is more and does not send it`;
  return new BackendFailure(message, { backend: 'openio', kind: 'malformed', effect: 'none' });
}
