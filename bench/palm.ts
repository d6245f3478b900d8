import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { Etcd3 } from 'etcd3';
import { startEtcd } from '../sandbox/services/etcd';
import { createPalm } from '../src/backends/palm/create';
import type { Guard } from '../src/backends/palm/palm';
import { sha256 } from '../src/handlers/palm/purge-plan';
import type { Listed } from './palm-child';
import type { Row } from './row';

/** Most operations of one etcd transaction. */
const PUTS_AT_ONCE = 128;
const PURGED = 1_000;

/** PALM's listing and its guarded delete, beside bare etcd3 on the same etcd. About a minute. */
export async function benchPalm(): Promise<readonly Row[]> {
  const etcd = await startEtcd({ args: ['--quota-backend-bytes', String(2 << 30)] });
  const client = new Etcd3({ hosts: etcd.url });
  try {
    const rows: Row[] = [];
    let seeded = 0;
    for (const count of [1_000, 10_000, 100_000]) {
      await seed(client, count - seeded);
      seeded = count;
      rows.push(...(await listing(etcd.url, count)));
    }
    for (const atOnce of [1, 20]) rows.push(await purging(client, etcd.url, atOnce));
    return rows;
  } finally {
    client.close();
    await etcd.stop();
  }
}

function recordOf(uuid: string): string {
  const functions = '["simulate", "calibrate", "_ping", "_log_query", "get", "set", "append", "delete"]';
  return `{"host": "10.0.0.11", "pid": 7001, "when": "2016-02-16T11:40:11.120001", "leader": "${uuid}", "server": "montecarlo", "ports": [5559], "kind": "butterfly", "functions": ${functions}, "uuid": "${uuid}", "configured": true}`;
}

/** Adds servers and tells their guards. */
async function seed(client: Etcd3, count: number): Promise<readonly Guard[]> {
  const guards: Guard[] = [];
  for (let done = 0; done < count; done += PUTS_AT_ONCE) {
    const uuids = Array.from({ length: Math.min(PUTS_AT_ONCE, count - done) }, () => randomUUID());
    const success = uuids.map((uuid) => ({
      request_put: { key: Buffer.from(`/servers/${uuid}`), value: Buffer.from(recordOf(uuid)) },
    }));
    const { header } = await client.kv.txn({ success });
    for (const uuid of uuids)
      guards.push({ uuid, revision: header.revision, sha256: sha256(Buffer.from(recordOf(uuid))) });
  }
  return guards;
}

async function listing(url: string, count: number): Promise<readonly Row[]> {
  const bare = await inChild('bare', url);
  const ours = await inChild('ours', url);
  if (bare.rows !== count || ours.rows !== count)
    throw new Error(`${count} servers were seeded, ${ours.rows} were listed`);
  const large = count === 100_000;
  const thousands = count.toLocaleString('en').replace(',', ' ');
  const ratio = ours.ms / bare.ms;
  const time: Row = {
    what: `palm servers, ${thousands} (read, check each record, table)`,
    bare: `${bare.ms.toFixed(1)} ms etcd3 paged read`,
    ours: `${ours.ms.toFixed(1)} ms`,
    ratio: `${ratio.toFixed(2)}×`,
    goal: large ? '≤ 1.5×' : '–',
  };
  if (!large) return [time];
  const memory: Row = {
    what: `palm servers, ${thousands}: peak memory of the process`,
    bare: `${bare.peakMb.toFixed(0)} MB`,
    ours: `${ours.peakMb.toFixed(0)} MB`,
    ratio: `${(ours.peakMb / bare.peakMb).toFixed(2)}×`,
    goal: '< 300 MB',
  };
  return [time, memory];
}

/** In a process of its own, so that one's garbage is not the other's memory. */
async function inChild(mode: 'bare' | 'ours', url: string): Promise<Listed> {
  const child = fork(resolve(__dirname, 'palm-child'), [mode, url]);
  const exited = once(child, 'exit');
  let listed: Listed | null = null;
  child.on('message', (message: Listed) => {
    listed = message;
    child.disconnect();
  });
  const [code] = await exited;
  if (listed === null) throw new Error(`listing in a child ended with code ${String(code)}`);
  return listed;
}

async function purging(client: Etcd3, url: string, atOnce: number): Promise<Row> {
  const palm = createPalm({ api: 'v3', hosts: [url] });
  const bare = await timed(await seed(client, PURGED), atOnce, async ({ uuid, revision }) => {
    const key = `/servers/${uuid}`;
    const { succeeded } = await client.if(key, 'Mod', '==', revision).then(client.delete().key(key)).commit();
    return succeeded;
  });
  const ours = await timed(await seed(client, PURGED), atOnce, async (guard) => {
    const { kind } = await palm.remove(guard, 'RBENCH00', new AbortController().signal);
    return kind === 'removed';
  });
  await palm.close();
  return {
    what: `guarded purge of ${PURGED}, ${atOnce} at once (look, compare bytes, delete, receipt)`,
    bare: `${bare.toFixed(0)} ms etcd3 if-Mod-delete`,
    ours: `${ours.toFixed(0)} ms`,
    ratio: `${(ours / bare).toFixed(2)}×`,
    goal: '– (two round trips, not one)',
  };
}

async function timed(
  guards: readonly Guard[],
  atOnce: number,
  remove: (guard: Guard) => Promise<boolean>,
): Promise<number> {
  const queue = guards.values();
  let removed = 0;
  const work = async () => {
    for (const guard of queue) if (await remove(guard)) removed += 1;
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: atOnce }, work));
  const took = performance.now() - begun;
  if (removed !== guards.length) throw new Error(`${removed} of ${guards.length} were deleted`);
  return took;
}

if (require.main === module) {
  benchPalm().then(
    (rows) => console.table(rows),
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
}
