import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Etcd3 } from 'etcd3';
import { startEtcd } from '../../sandbox/services/etcd';
import { type Running, run } from '../../sandbox/services/process';
import { startRedis } from '../../sandbox/services/redis';
import type { Server } from '../../sandbox/services/server';
import { createPalm } from '../../src/backends/palm/create';
import { palmPurge } from '../../src/handlers/palm/purge';
import { ASKED, approval, type JobsUnderTest, openJobs } from '../support/jobs';
import { script } from '../support/processes';

let redis: Server;
let etcd: Server;
let client: Etcd3;
let under: JobsUnderTest;
let worker: Running;
/** Only described here; it runs in the worker's process. */
const palm = createPalm({ api: 'v3', hosts: ['http://127.0.0.1:1'] });
const purge = palmPurge(palm);

beforeAll(async () => {
  [redis, etcd] = await Promise.all([startRedis(), startEtcd()]);
  client = new Etcd3({ hosts: etcd.url });
  under = openJobs(redis.url);
  await under.jobs.connected(2_000);
});
afterAll(async () => {
  await worker.stop();
  await under.close();
  client.close();
  await palm.close();
  await Promise.all([redis.stop(), etcd.stop()]);
});

async function startWorker(): Promise<void> {
  worker = run(script(join(__dirname, 'worker-program.ts'), [redis.url, under.prefix, etcd.url]));
  await worker.said(/working/);
}

async function register(): Promise<string> {
  const uuid = randomUUID();
  const record = {
    host: 'h',
    pid: 1,
    when: '2016-02-16T11:28:59',
    leader: uuid,
    server: 's',
    ports: [1],
    kind: 'k',
    functions: [],
    uuid,
  };
  await client
    .put(`/servers/${uuid}`)
    .value(JSON.stringify({ ...record, configured: true }))
    .exec();
  return uuid;
}

async function planned(uuid: string): Promise<string> {
  const opened = await under.jobs.requests.open({
    delivery: uuid,
    operation: purge,
    words: [uuid],
    ...ASKED,
  });
  if (!opened.ok) throw new Error('not opened');
  await under.until(opened.request.id, 'planned');
  return opened.request.id;
}

const approve = (id: string) => under.jobs.requests.decide(id, approval('UBEN'));

/** What must hold after any crash: the end is the truth, written once, and nothing is left behind. */
async function judge(id: string, uuid: string): Promise<string> {
  const { state } = await under.until(id, 'finished');
  if (state.kind !== 'finished') throw new Error('not finished');
  const isThere = (await client.get(`/servers/${uuid}`).string()) !== null;
  expect(state.outcome.kind).toBe(isThere ? 'failed' : 'succeeded');
  expect(await under.jobs.ledger.locks()).toEqual([]);
  expect(await under.jobs.ledger.verifyAudit()).toMatchObject({ kind: 'whole' });
  const events = (await under.jobs.ledger.find(id))?.entries.map((entry) => entry.event) ?? [];
  expect(events.filter((event) => event === 'started').length).toBeLessThanOrEqual(1);
  return state.outcome.kind;
}

test('a worker killed at any moment of a purge: the request ends by itself, with what is true, and is never run twice', async () => {
  const endings = new Map<string, number>();
  for (const delay of [0, 1, 2, 3, 4, 6, 8, 10, 12, 15, 20, 30]) {
    await startWorker();
    const uuid = await register();
    const id = await planned(uuid);
    await approve(id);
    await wait(delay);
    await worker.kill();
    await startWorker();
    const ending = await judge(id, uuid);
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
    await worker.kill();
  }
  console.info('endings', Object.fromEntries(endings));
}, 120_000);

test('a worker killed while its delete hangs in etcd: whether it lands or not, the end says what is true', async () => {
  for (const freezeAfter of [0, 4, 8, 12]) {
    await startWorker();
    const uuid = await register();
    const id = await planned(uuid);
    await approve(id);
    await wait(freezeAfter);
    etcd.pause();
    await wait(50);
    await worker.kill();
    etcd.resume();
    await startWorker();
    await judge(id, uuid);
    await worker.kill();
  }
}, 120_000);
