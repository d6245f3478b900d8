import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConstantBackoff, noop } from 'cockatiel';
import { Etcd3 } from 'etcd3';
import { Redis } from 'ioredis';
import { ROOT } from '../../../sandbox/pretend';
import { startEtcd } from '../../../sandbox/services/etcd';
import { type CuttableProxy, cuttableProxy } from '../../../sandbox/services/proxy';
import { startRedis } from '../../../sandbox/services/redis';
import type { Server } from '../../../sandbox/services/server';
import { consoleOf, PROCESSES, programOf, type SubjectName } from '../subject/kinds';
import { runToEnd } from './console';
import { type Control, createControl } from './control';
import { createDesk, type Desk } from './desk';
import { type Programs, startPrograms, type Watched } from './programs';
import { createRegistry, type Registry } from './registry';
import { type StallWatch, watchStalls } from './stalls';
import { type TrailWatch, watchTrail } from './trail-watch';
import { type Watch, watchRecords } from './watch';

/** Everything that a round needs; kept for many rounds, because starting it takes longer than a round. */
export interface World {
  readonly subject: SubjectName;
  readonly needs: 1 | 2;
  readonly redis: Server;
  readonly etcd: Server;
  /** Between the program under test and its servers. The harness itself goes straight. */
  readonly wires: { readonly redis: CuttableProxy; readonly etcd: CuttableProxy };
  readonly store: Redis;
  readonly desk: Desk;
  readonly control: Control;
  readonly programs: Programs;
  readonly registry: Registry;
  readonly watch: Watch;
  /** Somebody types this in the console: what they read, and how it ended. */
  inConsole(user: string, args: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }>;
  readonly trail: TrailWatch;
  readonly stalls: StallWatch;
  watched: Watched;
  /** How many rounds it has seen. */
  rounds: number;
  /** The head of the audit trail when the last round ended. */
  head: { readonly seq: number; readonly hash: string };
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly subject: SubjectName;
  readonly home: string;
  readonly needs: 1 | 2;
}

/** The harness looks at etcd again as soon as it is back: what it sees late it takes to have happened late. */
const AGAIN_MS = 20;
const WITHOUT_PAUSES = {
  faultHandling: { host: () => noop, watchBackoff: new ConstantBackoff(AGAIN_MS).next() },
  grpcOptions: {
    'grpc.initial_reconnect_backoff_ms': AGAIN_MS,
    'grpc.min_reconnect_backoff_ms': AGAIN_MS,
    'grpc.max_reconnect_backoff_ms': 2 * AGAIN_MS,
  },
};

export async function createWorld({ subject, home, needs }: WorldOptions): Promise<World> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  const keep = <T>(thing: T, end: (thing: T) => Promise<unknown>): T => {
    closing.push(() => end(thing));
    return thing;
  };
  try {
    const directory = keep(await mkdtemp(join(tmpdir(), 'quorumbot-faults-')), (it) => rm(it, { recursive: true }));
    const manifest: unknown = JSON.parse(await readFile(join(ROOT, 'manifest.json'), 'utf8'));
    const redis = keep(await startRedis(), (it) => it.stop());
    const etcd = keep(await startEtcd({ v2: false }), (it) => it.stop());
    const wires = {
      redis: keep(await cuttableProxy(redis.url), (it) => it.close()),
      etcd: keep(await cuttableProxy(etcd.url), (it) => it.close()),
    };
    const desk = keep(await createDesk(manifest), (it) => it.close());
    const control = keep(await createControl(), (it) => it.close());
    const store = keep(new Redis(redis.url, { maxRetriesPerRequest: null, replyMapping: 'legacy' }), async (it) =>
      it.disconnect(),
    );
    store.on('error', () => undefined);
    const client = keep(new Etcd3({ hosts: etcd.url, ...WITHOUT_PAUSES }), async (it) => it.close());
    const watch = keep(await watchRecords(client), (it) => it.close());
    const trail = keep(watchTrail(store), async (it) => it.close());
    const stalls = keep(watchStalls({ redis: redis.url, etcd: etcd.url }), (it) => it.close());
    const slack = (process: number) => ({
      apiUrl: desk.apiUrl(process),
      botToken: desk.botToken,
      signingSecret: desk.signingSecret,
    });
    const around = {
      home,
      directory,
      needs,
      controlPort: control.port,
      redisUrl: wires.redis.url,
      etcdUrl: wires.etcd.url,
    };
    const programs = await Promise.all(
      Array.from({ length: PROCESSES[subject] }, (_, process) =>
        programOf(subject, { ...around, process, slack: slack(process) }),
      ),
    );
    const world: Omit<World, 'programs'> = {
      ...{
        subject,
        needs,
        redis,
        etcd,
        wires,
        store,
        desk,
        control,
        registry: createRegistry(client),
        watch,
        trail,
        stalls,
      },
      ...{
        watched: { up: () => undefined, down: () => undefined },
        rounds: 0,
        head: { seq: 0, hash: '0'.repeat(64) },
        close,
      },
      inConsole: async (user, args) =>
        runToEnd(await consoleOf({ ...around, process: 0, slack: slack(0) }, user, args)),
    };
    const started = await startPrograms(programs, {
      up: (index) => world.watched.up(index),
      down: (index) => world.watched.down(index),
    });
    keep(started, (it) => it.stop());
    return Object.assign(world, { programs: started });
  } catch (error) {
    await close();
    throw error;
  }
}
