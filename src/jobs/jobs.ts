import type { Redis } from 'ioredis';
import type { Check } from '../handlers/checkup';
import { type Clusters, DEFAULT_CLUSTER } from '../handlers/clusters';
import type { Ledger } from '../handlers/ledger';
import type { Operation } from '../handlers/operation';
import type { Rulebook } from '../handlers/rulebook';
import type { Schedules } from '../handlers/schedules';
import { redisCheck } from './checkup';
import type { Request } from './request/request';
import { createRequests, type Requests } from './requests';
import { type Admission, createAdmission } from './rules/admission';
import type { People } from './rules/people';
import { createRulebook } from './rules/rulebook';
import type { Rules } from './rules/rules';
import { createSchedules, endSchedulesOf, openScheduling } from './schedules/schedules';
import { openSecondFactor, type SecondFactor } from './second-factor/second-factor';
import { type Attachments, createAttachments } from './store/attachments';
import { createDirectory, type Directory } from './store/directory';
import { createDurability, type Durability } from './store/durability';
import { createHookMemory, type HookMemory } from './store/hook-memory';
import { createNames, type Names } from './store/names';
import { createOpenedHomes, type OpenedHomes } from './store/opened-homes';
import { connect, disconnect, isReady, type Keys, keysOf, timeOf } from './store/redis';
import { createRedraws, type Redraws } from './store/redraws';
import { createStore, type Store } from './store/store';
import { createChain } from './store/writer';
import type { Anchor } from './trail/anchor';
import { startAnchoring } from './trail/anchoring';
import { createLedger } from './trail/ledger';
import { createLinks, type Links } from './trail/links';
import type { Work } from './work/answer';
import { createQueues, type Queues } from './work/queue';
import { startWorkers, type Timing, USUAL_TIMING, type Workers } from './work/worker';

/** The job layer, assembled: what the bot process uses, and the workers. Opens its connections and closes them. */
export interface Jobs {
  readonly requests: Requests;
  readonly store: Store;
  readonly attachments: Attachments;
  readonly redraws: Redraws;
  readonly queues: Queues;
  readonly durability: Durability;
  readonly admission: Admission;
  readonly secondFactor: SecondFactor;
  /** Of the default cluster. */
  readonly ledger: Ledger;
  ledgerOf(cluster: string): Ledger;
  /** What the doctor looks at in Redis. */
  readonly check: Check;
  readonly links: Links;
  readonly hookMemory: HookMemory;
  readonly names: Names;
  /** What people and channels are called. */
  readonly directory: Directory;
  readonly openedHomes: OpenedHomes;
  /** The rules in words. `clusters` is asked when somebody asks, since its operations are those who ask. */
  rulebook(clusters: () => Clusters): Rulebook;
  /** Questions that are asked again and again. `clusters`: known once every operation is. */
  schedulesOf(clusters: () => Clusters): Schedules;
  /** Ends the schedules whose question this is. */
  endSchedules(request: Request): Promise<void>;
  /** Starts to take jobs. `operation` finds an operation by its name and its cluster. */
  work(operation: (name: string, cluster: string) => Operation | null, timing?: Timing): Workers;
  /** Waits until Redis is there, for at most this long. False: it is not, and everything says so until it is. */
  connected(mostMs: number): Promise<boolean>;
  /** Whether Redis answers. Milliseconds, or null. */
  ping(): Promise<number | null>;
  close(): Promise<void>;
}

/** The usual prefix, which is also the name of the audit trail. */
export const TRAIL = 'quorumbot';

export interface JobsOptions {
  readonly url: string;
  readonly rules: Rules;
  readonly people: People;
  /** 32 bytes in base64: approving what cannot be undone asks for a one-time code. Null: it does not. */
  readonly secondFactorKey: string | null;
  /** Between the braces of every key: another prefix is another bot. */
  readonly prefix?: string;
  /** Where the head of the audit trail is kept outside Redis, and who hears when that fails. */
  readonly anchor?: { readonly anchor: Anchor; readonly onProblem: (problem: unknown) => void } | null;
  readonly onError: (error: unknown, request: string) => void;
}

export function createJobs(options: JobsOptions): Jobs {
  const { url, rules, people, secondFactorKey, prefix = TRAIL, anchor = null, onError } = options;
  const keys = keysOf(prefix);
  const onRedisError = (error: Error) => onError(error, 'redis');
  /** For whoever has a person waiting. */
  const quick = connect(url, 'impatient', onRedisError);
  /** For work in the background: it waits for Redis to come back. */
  const patient = connect(url, 'patient', onRedisError);
  const queues = createQueues(url, keys, onRedisError);
  const scheduling = openScheduling({ url, keys, redis: patient, onError: onRedisError });
  const chain = createChain();
  const store = createStore(quick, keys, chain);
  const durability = createDurability(quick);
  const judging = { rules, people, secondFactor: secondFactorKey !== null };
  const admission = createAdmission({ ...judging, durability });
  const secondFactor = openSecondFactor(secondFactorKey, { redis: quick, keys, store });
  const patientStore = createStore(patient, keys, chain);
  const audit = {
    ...{ store: patientStore, trail: patientStore.trail, name: prefix, links: createLinks(patient, keys) },
    directory: createDirectory(patient, keys),
    ...{ anchor: anchor?.anchor ?? null, now: () => timeOf(patient) },
  };
  const ledgerOf = (cluster: string) => createLedger(audit, cluster);
  const anchoring = anchor && startAnchoring({ ...anchor, trail: store.trail });

  function work(operation: Work['operation'], timing: Timing = USUAL_TIMING): Workers {
    const shared = {
      store: createStore(patient, keys, chain),
      attachments: createAttachments(patient, keys),
      admission: createAdmission({ ...judging, durability: createDurability(patient) }),
    };
    const own = { url, keys, redis: patient, queues, scheduling };
    return startWorkers({ ...own, work: { ...shared, operation, onError }, timing });
  }

  return {
    requests: createRequests({ store, queues, admission, secondFactor, onError }),
    store,
    attachments: createAttachments(quick, keys),
    redraws: createRedraws(quick, keys, () => connect(url, 'patient', onRedisError)),
    queues,
    durability,
    admission,
    secondFactor,
    ledger: ledgerOf(DEFAULT_CLUSTER),
    ledgerOf,
    schedulesOf: (clusters) => createSchedules({ ...audit, ...scheduling, clusters }),
    ...{ endSchedules: (request) => endSchedulesOf(scheduling, request), check: redisCheck({ redis: quick }) },
    links: audit.links,
    ...rememberedIn(quick, keys),
    rulebook: (clusters) => createRulebook({ ...audit, rules, admission, secondFactor, clusters }),
    work,
    connected: (mostMs) => isReady(quick, mostMs),
    ping: () => ping(quick),
    close: async () => {
      await anchoring?.stop();
      await Promise.all([queues.close(), scheduling.queue.close()]);
      await Promise.all([disconnect(quick), disconnect(patient)]);
    },
  };
}

/** What is only remembered, for people who wait. */
function rememberedIn(redis: Redis, keys: Keys) {
  return {
    hookMemory: createHookMemory(redis, keys),
    names: createNames(redis, keys),
    directory: createDirectory(redis, keys),
    openedHomes: createOpenedHomes(redis, keys),
  };
}

async function ping(redis: Redis): Promise<number | null> {
  const begun = performance.now();
  return redis.ping().then(
    () => performance.now() - begun,
    () => null,
  );
}
