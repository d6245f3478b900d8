import { Etcd3, Range } from 'etcd3';
import { createPalm } from '../src/backends/palm/create';
import { palmServers } from '../src/handlers/palm/servers';

/** What one listing in a process of its own took. */
export interface Listed {
  readonly rows: number;
  /** Median of the runs after the first. */
  readonly ms: number;
  readonly peakMb: number;
}

const RUNS = 3;

/** What anybody would write with etcd3: pages of 5 000 at one revision, all key-values kept. */
async function bare(client: Etcd3): Promise<number> {
  const { start, end } = Range.prefix('/servers/');
  const kept = [];
  let revision: string | undefined;
  for (let key = start; ; ) {
    const pinned = revision === undefined ? {} : { revision };
    const page = await client.kv.range({ key, range_end: end, limit: 5_000, ...pinned });
    revision = page.header.revision;
    kept.push(...page.kvs);
    const last = page.kvs.at(-1);
    if (!page.more || !last) return kept.length;
    key = Buffer.concat([last.key, Buffer.from([0])]);
  }
}

async function measure(list: () => Promise<number>): Promise<Listed> {
  let rows = await list();
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const begun = performance.now();
    rows = await list();
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  return { rows, ms: times[1] ?? 0, peakMb: process.resourceUsage().maxRSS / 1_024 };
}

async function main([mode, url]: readonly string[]): Promise<Listed> {
  if (url === undefined) throw new Error('the url of etcd is missing');
  if (mode === 'bare') {
    const client = new Etcd3({ hosts: url, grpcOptions: { 'grpc.max_receive_message_length': 32 << 20 } });
    const listed = await measure(() => bare(client));
    client.close();
    return listed;
  }
  const palm = createPalm({ api: 'v3', hosts: [url] });
  const query = palmServers(palm);
  const context = { request: 'RBENCH00', signal: new AbortController().signal, report: () => undefined };
  const listed = await measure(async () => {
    const view = await query.answer([], context);
    const table = view.parts.find((part) => part.kind === 'table');
    return table?.rows.length ?? 0;
  });
  await palm.close();
  return listed;
}

if (require.main === module) {
  main(process.argv.slice(2)).then(
    (listed) => process.send?.(listed),
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
}
