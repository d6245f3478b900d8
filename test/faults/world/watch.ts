import type { Etcd3, IWatchResponse, Watcher } from 'etcd3';

/** A record of PALM, changed by the program under test. */
export interface Change {
  readonly target: string;
  readonly revision: number;
  readonly what: 'deleted' | 'put';
  readonly before: number | null;
  readonly since: number | null;
  readonly version: number | null;
  readonly receipt: string | null;
}

/** Beside every write of ours, in the same transaction: whatever comes without it is not ours. */
export const MARK = '/harness/wrote';
const BARRIER = '/harness/barrier';

export interface Watch {
  changed: (change: Change) => void;
  /** Resolves when everything that etcd has done by now has been told. */
  caughtUp(): Promise<void>;
  close(): Promise<void>;
}

/** Everything that ever happens to records, in etcd's own order. */
export async function watchRecords(client: Etcd3): Promise<Watch> {
  const watcher: Watcher = await client.watch().prefix('/').withPreviousKV().create();
  const barriers = new Map<string, () => void>();
  let barrier = 0;
  const watch: Watch = {
    changed: () => undefined,
    caughtUp: async () => {
      const name = String(++barrier);
      const seen = new Promise<void>((resolve) => barriers.set(name, resolve));
      await client.put(BARRIER).value(name);
      await seen;
    },
    close: () => watcher.cancel(),
  };
  // Events of one revision come together.
  watcher.on('data', ({ events }: IWatchResponse) => {
    for (const of of byRevision(events)) tell(of, watch);
    for (const { kv } of events) if (String(kv.key) === BARRIER) barriers.get(String(kv.value))?.();
  });
  return watch;
}

type Events = IWatchResponse['events'];

function byRevision(events: Events): readonly Events[] {
  const groups = new Map<string, Events>();
  for (const event of events) groups.set(event.kv.mod_revision, [...(groups.get(event.kv.mod_revision) ?? []), event]);
  return [...groups.values()];
}

const SERVER = /^\/servers\/(.+)$/;
const RECEIPT = /^\/palm-bot\/receipts\/([^/]+)\//;

function tell(events: Events, watch: Watch): void {
  if (events.some(({ kv }) => String(kv.key) === MARK)) return;
  const receipt = events.map(({ kv }) => RECEIPT.exec(String(kv.key))?.[1]).find(Boolean) ?? null;
  for (const { type, kv, prev_kv } of events) {
    const target = SERVER.exec(String(kv.key))?.[1];
    if (target === undefined) continue;
    const what = String(type) === 'Delete' ? 'deleted' : 'put';
    const since = prev_kv ? Number(prev_kv.mod_revision) : null;
    const before = prev_kv ? versionIn(String(prev_kv.value)) : null;
    const version = what === 'put' ? versionIn(String(kv.value)) : null;
    watch.changed({ target, revision: Number(kv.mod_revision), what, before, since, version, receipt });
  }
}

function versionIn(record: string): number | null {
  const found = /\bsrv-v(\d+)\b/.exec(record)?.[1];
  return found === undefined ? null : Number(found);
}
