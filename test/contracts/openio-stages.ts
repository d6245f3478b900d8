import type { Addresses } from './openio-match';
import type { Stage } from './openio-world';

/** How a recording is replayed: what has to be so before, and what is too random to be the same. */
export interface Replay {
  readonly capture: string;
  readonly before?: (stage: Stage) => Promise<void>;
  /** After the exchange with this number (from 0), for long recordings. */
  readonly between?: (stage: Stage, exchange: number) => Promise<void>;
  readonly addresses?: Addresses;
  /** The proxy chooses the peer by chance: the same request is sent until this answer comes. */
  readonly chance?: true;
  /** Slower than the others, where a moment has to last. */
  readonly scale?: number;
  /** `exact`: every peer's log has the same lines. `known`: it has only lines that the recording has too. */
  readonly log?: 'exact' | 'known';
}

const NEW = ['127.0.0.1:6020', '127.0.0.2:6024', '127.0.0.3:6025'] as const;
const OLD = ['127.0.0.1:7023', '127.0.0.2:7024', '127.0.0.3:7025'] as const;
type Three = readonly [string, string, string];

function masterFirst(three: Three, master: number): readonly string[] {
  return [three[master] ?? '', ...three.filter((_, index) => index !== master)];
}

function placed(name: string, three: Three, master: number, properties: Readonly<Record<string, string>> = {}) {
  return async (stage: Stage): Promise<void> => {
    await stage.place(name, masterFirst(three, master), properties);
  };
}

const LEAVE = '/v3.0/OPENIO/admin/leave?acct=myaccount&type=meta2&ref=';
const STATUS = '/v3.0/OPENIO/admin/status?acct=myaccount&type=meta2&ref=';

/** After a leave, everybody but the first hangs: the first one tries to become master for ever. */
function stuck(name: string, three: Three, awake: number) {
  return async (stage: Stage): Promise<void> => {
    await stage.place(name, masterFirst(three, awake));
    await stage.post(`${LEAVE}${name}`);
    await stage.post(`/v3.0/OPENIO/admin/debug?acct=myaccount&type=meta2&ref=${name}`);
    stage.freeze(...three.filter((_, index) => index !== awake));
  };
}

/** A base whose peers still count on 127.0.0.1:6023 while the directory names 127.0.0.1:6020. */
function movedByHand(name: string, order: readonly string[], rogue: boolean) {
  return async (stage: Stage): Promise<void> => {
    const base = await stage.place(name, order);
    const copy = base.holdings.get('127.0.0.2:6024')?.copy;
    const directory = stage.sandbox.world.directory.get(base.name.replace('.1', ''));
    if (!copy || !directory) throw new Error('not placed');
    directory.hosts = NEW;
    if (!rogue) return;
    const system = new Map(copy.system).set('sys.peers', NEW.join(','));
    const moved = { ...copy, system, properties: new Map(copy.properties), versions: new Map(copy.versions) };
    base.holdings.set('127.0.0.1:6020', { copy: moved, file: true, writtenAt: 0 });
  };
}

const electing: readonly Replay[] = [
  { capture: 'admin-status_healthy_4.2.10', before: placed('FVE0', OLD, 2) },
  { capture: 'admin-status_healthy_2026.14.2', before: placed('FVE0', NEW, 2) },
  { capture: 'admin-status_one-service-id_4.2.10', before: placed('FVE0', OLD, 2) },
  { capture: 'admin-status_one-service-id_2026.14.2', before: placed('FVE0', NEW, 2) },
  { capture: 'admin-status_hung-peer_4.2.10', before: hung('FVE0', OLD, 2, 0) },
  { capture: 'admin-status_hung-peer_2026.14.2', before: hung('FVE0', NEW, 1, 2) },
  { capture: 'admin-status_hung-peer-5s-deadline_4.2.10', before: hung('FVE0', OLD, 2, 0) },
  { capture: 'admin-status_hung-peer-5s-deadline_2026.14.2', before: hung('FVE0', NEW, 1, 2) },
  {
    capture: 'admin-status_recovered-peer-avoided_2026.14.2',
    before: async (stage) => {
      await hung('FVE0', NEW, 1, 2)(stage);
      await stage.post(`${STATUS}FVE0`);
      stage.resume(NEW[2]);
    },
    scale: 0.03,
  },
  { capture: 'admin-status_two-hung_4.2.10', before: stuck('FVE0', OLD, 0) },
  { capture: 'admin-status_two-hung_2026.14.2', before: stuck('FVE0', NEW, 0) },
  {
    capture: 'admin-status_two-dead_4.2.10',
    before: async (stage) => {
      await stage.place('kil1', masterFirst(OLD, 0));
      await stage.stop(OLD[0], OLD[1]);
    },
  },
  {
    capture: 'admin-status_two-dead_2026.14.2',
    before: async (stage) => {
      await stage.place('kil1', masterFirst(NEW, 0));
      await stage.stop(NEW[0], NEW[1]);
      await stage.post(`/v3.0/OPENIO/admin/ping?acct=myaccount&type=meta2&ref=kil1&service_id=${NEW[0]}`);
    },
  },
  {
    capture: 'admin-status_zookeeper-frozen-after-leave_2026.14.2',
    before: async (stage) => {
      await stage.place('kil1', NEW);
      await stage.sandbox.switchTrouble('zookeeper-frozen', true);
      await stage.post(`${LEAVE}kil1`);
    },
  },
  {
    capture: 'admin-status_rogue-master_2026.14.2',
    before: movedByHand('man1', ['127.0.0.1:6023', NEW[1], NEW[2]], true),
  },
  {
    capture: 'admin-status_meta1-frozen_2026.14.2',
    before: async (stage) => {
      await stage.place('kil1', NEW);
      await stage.sandbox.switchTrouble('meta1-frozen', true);
      await stage.post('/v3.0/cache/flush/low');
    },
  },
  { capture: 'admin-ping_healthy_4.2.10' },
  { capture: 'admin-ping_healthy_2026.14.2' },
  { capture: 'admin-has_file-missing_4.2.10', before: noFile(OLD, 1) },
  { capture: 'admin-has_file-missing_2026.14.2', before: noFile(NEW, 1) },
  { capture: 'admin-leave_healthy_2026.14.2', before: placed('FVE0', NEW, 2) },
  { capture: 'admin-leave_two-hung_2026.14.2', before: stuck('FVE0', NEW, 0) },
  { capture: 'admin-sync_healthy_4.2.10', before: placed('FVE0', OLD, 2) },
  { capture: 'admin-sync_healthy_2026.14.2', before: placed('FVE0', NEW, 2) },
  {
    capture: 'admin-sync_damaged-master_4.2.10',
    before: damagedMaster(['127.0.0.2:7024', '127.0.0.1:7020', '127.0.0.3:7025']),
  },
  {
    capture: 'admin-sync_damaged-master_2026.14.2',
    before: damagedMaster(['127.0.0.3:6025', '127.0.0.1:6020', '127.0.0.2:6024']),
  },
  // The peer that is asked first decides whether the whole call ends with 503 or goes on waiting for the silent ones.
  { capture: 'admin-sync_election-failed_4.2.10', before: stuck('FVE0', OLD, 0) },
  { capture: 'admin-sync_election-failed_2026.14.2', before: stuck('FVE0', NEW, 0) },
];

function hung(name: string, three: Three, master: number, silent: number) {
  return async (stage: Stage): Promise<void> => {
    await stage.place(name, masterFirst(three, master));
    stage.freeze(three[silent] ?? '');
  };
}

function noFile(three: Three, who: number) {
  return async (stage: Stage): Promise<void> => {
    const held = (await stage.place('FVE0', three)).holdings.get(three[who] ?? '');
    if (held) held.file = false;
  };
}

function damagedMaster(hosts: readonly string[], synced = false) {
  return async (stage: Stage): Promise<void> => {
    await stage.place('DMG1', hosts, { keep: 'me' });
    stage.loseRows('DMG1', hosts[0] ?? '', true);
    if (!synced) return;
    await stage.post('/v3.0/OPENIO/admin/sync?acct=myaccount&type=meta2&ref=DMG1');
    await stage.post('/v3.0/OPENIO/admin/sync?acct=myaccount&type=meta2&ref=DMG1');
  };
}

const debugging: readonly Replay[] = [
  { capture: 'admin-debug_healthy_4.2.10', before: placed('FVE0', OLD, 2), log: 'exact' },
  { capture: 'admin-debug_healthy_2026.14.2', before: placed('FVE0', NEW, 2), log: 'exact' },
  {
    capture: 'admin-debug_leaving_2026.14.2',
    before: async (stage) => {
      await stage.place('FVE0', masterFirst(NEW, 2));
      await stage.post(`${LEAVE}FVE0`);
    },
    scale: 0.3,
    log: 'known',
  },
  { capture: 'admin-debug_checking-slaves_4.2.10', before: stuckFor('FVE0', OLD, 0), log: 'known', chance: true },
  { capture: 'admin-debug_checking-slaves_2026.14.2', before: stuckFor('FVE0', NEW, 0), log: 'known', chance: true },
  {
    capture: 'admin-debug_master-bad_2026.14.2',
    before: async (stage) => {
      await movedByHand('man1', ['127.0.0.1:6023', NEW[1], NEW[2]], true)(stage);
      await stage.post(`${STATUS}man1`);
    },
    chance: true,
    log: 'known',
  },
  {
    capture: 'admin-debug_old-peer-kept_2026.14.2',
    before: movedByHand('cnt2', [NEW[1], '127.0.0.1:6023', NEW[2]], false),
    log: 'known',
  },
];

/** The same after somebody asked for the status. */
function stuckFor(name: string, three: Three, awake: number) {
  return async (stage: Stage): Promise<void> => {
    await stuck(name, three, awake)(stage);
    await stage.post(`${STATUS}${name}`);
  };
}

const tables: readonly Replay[] = [
  {
    capture: 'admin-get-properties_service-id-ignored_4.2.10',
    before: placed('FVE0', OLD, 2, { a: '1', b: '2', t1: 'x' }),
  },
  { capture: 'admin-get-properties_good-copy_2026.14.2', before: rowsLost('FVE0', NEW, { a: '1' }) },
  { capture: 'admin-get-properties_damaged-copy_2026.14.2', before: rowsLost('FVE0', NEW, { a: '1' }) },
  {
    capture: 'admin-get-properties_corrupt-header_2026.14.2',
    before: async (stage) => {
      const base = await stage.place('FVE0', NEW, { a: '1', b: '2', t1: 'x' });
      const copy = base.holdings.get(NEW[1])?.copy;
      if (copy) copy.corrupt = true;
    },
  },
  { capture: 'container-get-properties_frozen_2026.14.2', before: frozen({ a: '1', b: '2' }) },
  { capture: 'container-get-properties_healthy_4.2.10', before: placed('FVE0', OLD, 2) },
  { capture: 'container-get-properties_healthy_2026.14.2', before: placed('FVE0', NEW, 2) },
  {
    capture: 'container-get-properties_slave-rows-deleted-1_4.2.10',
    before: rowsLost('FVE0', OLD, { a: '1', b: '2', d3: 'x', t1: 'x' }),
    chance: true,
  },
  {
    capture: 'container-get-properties_slave-rows-deleted-2_4.2.10',
    before: rowsLost('FVE0', OLD, { a: '1', b: '2', d3: 'x', t1: 'x' }),
    chance: true,
  },
  {
    capture: 'container-get-properties_slave-rows-deleted_2026.14.2',
    before: rowsLost('FVE0', NEW, {}),
    chance: true,
  },
  {
    capture: 'container-get-properties_slave-table-emptied_4.2.10',
    before: async (stage) => {
      await stage.place('FVE0', OLD);
      stage.emptyTable('FVE0', OLD[1]);
    },
    chance: true,
  },
  {
    capture: 'container-get-properties_after-sync-from-damaged-master_4.2.10',
    before: damagedMaster(['127.0.0.2:7024', '127.0.0.1:7020', '127.0.0.3:7025'], true),
  },
  {
    capture: 'container-get-properties_after-sync-from-damaged-master_2026.14.2',
    before: damagedMaster(['127.0.0.3:6025', '127.0.0.1:6020', '127.0.0.2:6024'], true),
  },
  {
    capture: 'container-get-properties_all-dead_4.2.10',
    before: async (stage) => {
      await stage.place('kil1', OLD);
      await stage.stop(...OLD);
    },
  },
  { capture: 'container-set-properties_healthy_4.2.10' },
  { capture: 'container-set-properties_healthy_2026.14.2' },
  { capture: 'container-set-properties_hung-slave_4.2.10', before: hung('FVE0', OLD, 2, 0) },
  { capture: 'container-set-properties_hung-slave_2026.14.2', before: hung('FVE0', NEW, 1, 2) },
  { capture: 'container-set-properties_election-failed_4.2.10', before: stuck('FVE0', OLD, 0) },
  {
    capture: 'container-set-properties_election-failed_2026.14.2',
    before: async (stage) => {
      await stage.place('kil1', NEW);
      await stage.stop(NEW[0], NEW[1]);
    },
  },
  { capture: 'container-show_healthy_2026.14.2', before: placed('FVE0', NEW, 2) },
  { capture: 'container-create_new_2026.14.2' },
  {
    capture: 'container-create_existing_4.2.10',
    before: async (stage) => {
      await stage.place('DMG1', OLD);
    },
  },
  { capture: 'container-create_unlinked_4.2.10', before: unlinked('un1', OLD) },
  { capture: 'container-create_unlinked_2026.14.2', before: unlinked('un1', NEW) },
];

function rowsLost(name: string, three: Three, properties: Readonly<Record<string, string>>) {
  return async (stage: Stage): Promise<void> => {
    await stage.place(name, three, properties);
    stage.loseRows(name, three[1]);
  };
}

function frozen(properties: Readonly<Record<string, string>>) {
  return async (stage: Stage): Promise<void> => {
    await stage.place('FVE0', NEW, properties);
    await stage.post('/v3.0/OPENIO/admin/freeze?acct=myaccount&ref=FVE0&type=meta2');
  };
}

function unlinked(name: string, three: Three) {
  return async (stage: Stage): Promise<void> => {
    await stage.place(name, three);
    await stage.post(`/v3.0/OPENIO/reference/unlink?acct=myaccount&ref=${name}&type=meta2`);
  };
}

const SAFE = ['127.0.0.2:6024', '127.0.0.1:6023', '127.0.0.3:6025'] as const;

const writing: readonly Replay[] = [
  { capture: 'admin-freeze_again_2026.14.2', before: frozen({}) },
  { capture: 'admin-freeze_unlinked_2026.14.2', before: unlinked('cnt2', NEW) },
  { capture: 'admin-enable_again_2026.14.2' },
  { capture: 'admin-disable_healthy_2026.14.2' },
  {
    capture: 'admin-copy_to-master_4.2.10',
    before: placed('safe1', ['127.0.0.1:7020', '127.0.0.1:7023', '127.0.0.2:7024'], 1),
  },
  { capture: 'admin-copy_to-master_2026.14.2', before: placed('safe1', SAFE, 0) },
  { capture: 'admin-copy_from-non-master_2026.14.2', before: placed('safe1', SAFE, 0) },
  { capture: 'admin-copy_to-dead_4.2.10', before: placed('safe1', OLD, 0) },
  { capture: 'admin-copy_to-dead_2026.14.2', before: placed('safe1', SAFE, 0) },
  { capture: 'reference-get-properties_healthy_2026.14.2' },
  { capture: 'reference-link_already_2026.14.2', before: placed('safe1', SAFE, 0) },
  { capture: 'reference-unlink_healthy_2026.14.2' },
  { capture: 'reference-show_unlinked_2026.14.2', before: unlinked('cnt2', NEW) },
  { capture: 'reference-force_existing_2026.14.2', before: placed('safe1', SAFE, 0) },
  {
    capture: 'reference-show_after-create-unlinked_2026.14.2',
    before: async (stage) => {
      await unlinked('un1', NEW)(stage);
      await stage.post('/v3.0/OPENIO/container/create?acct=myaccount&ref=un1', '{"properties":{},"system":{}}');
    },
    addresses: 'any',
  },
];

const others: readonly Replay[] = [
  { capture: 'conscience-list_healthy_4.2.10' },
  { capture: 'conscience-list_healthy_2026.14.2' },
  { capture: 'conscience-list_full_2026.14.2' },
  { capture: 'conscience-list_one-down_4.2.10', before: (stage) => stage.stop('127.0.0.2:7024') },
  { capture: 'cache-flush-low_healthy_2026.14.2' },
  { capture: 'proxy-config_post_4.2.10' },
  { capture: 'proxy-config_post_2026.14.2' },
  { capture: 'forward-ping_healthy_2026.14.2' },
  { capture: 'forward-ping_dead_2026.14.2' },
  { capture: 'error_bad-cid_2026.14.2' },
  { capture: 'error_bad-json_2026.14.2' },
  { capture: 'error_incomplete-url_2026.14.2' },
  { capture: 'error_no-type_2026.14.2' },
  { capture: 'error_tiny-deadline_2026.14.2' },
  { capture: 'error_tiny-deadline_4.2.10' },
  { capture: 'error_unknown-container_2026.14.2' },
  { capture: 'error_unknown-type_2026.14.2' },
  { capture: 'error_wrong-method_2026.14.2' },
  { capture: 'error_wrong-namespace_2026.14.2' },
];

/** The container of a recorded move has to be where the recording had it, before the first step that looks. */
function createdOn(hosts: readonly string[]) {
  return async (stage: Stage, exchange: number): Promise<void> => {
    if (exchange === 0) await stage.place('safe1', hosts, { keep: 'me' });
  };
}

const moves: readonly Replay[] = [
  {
    capture: 'meta2-move_cli_2026.14.2',
    before: placed('mv2', NEW, 0, { keep: 'me' }),
    addresses: 'any',
  },
  { capture: 'meta2-move_cli_4.2.10', before: placed('mv2', OLD, 2, { keep: 'me' }), addresses: 'any' },
  { capture: 'meta2-move_http-only_2026.14.2', between: createdOn(NEW), addresses: 'any' },
  {
    capture: 'meta2-move_http-only_4.2.10',
    between: createdOn(['127.0.0.3:7025', '127.0.0.1:7023', '127.0.0.2:7024']),
    addresses: 'any',
  },
];

export const REPLAYS: readonly Replay[] = [...electing, ...debugging, ...tables, ...writing, ...others, ...moves];

/** Recordings that are kept for other tests and not replayed, with the reason. */
export const NOT_REPLAYED: Readonly<Record<string, string>> = {
  'admin-debug_zookeeper-frozen_2026.14.2': 'its peers were caught in three different states by chance',
  'admin-debug_after-sync-of-emptied-table_4.2.10': 'its log goes back over restarts that the stand-in does not play',
};
