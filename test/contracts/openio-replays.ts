import { debugging, electing } from './openio-replays-elections';
import {
  createdOn,
  damagedMaster,
  frozen,
  hung,
  NEW,
  OLD,
  placed,
  type Replay,
  rowsLost,
  SAFE,
  stuck,
  unlinked,
} from './openio-stages';

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

const moves: readonly Replay[] = [
  {
    capture: 'meta2-move_cli_2026.14.2',
    before: placed('mv2', NEW, 0, { keep: 'me' }),
    elected: [13],
  },
  { capture: 'meta2-move_cli_4.2.10', before: placed('mv2', OLD, 2, { keep: 'me' }), elected: [12] },
  { capture: 'meta2-move_http-only_2026.14.2', between: createdOn(NEW), elected: [11, 12, 15] },
  {
    capture: 'meta2-move_http-only_4.2.10',
    between: createdOn(['127.0.0.3:7025', '127.0.0.1:7023', '127.0.0.2:7024']),
    elected: [11, 12, 15],
  },
];

export const REPLAYS: readonly Replay[] = [...electing, ...debugging, ...tables, ...writing, ...others, ...moves];

/** Recordings that are kept for other tests and not replayed, with the reason. */
export const NOT_REPLAYED: Readonly<Record<string, string>> = {
  'admin-debug_zookeeper-frozen_2026.14.2': 'its peers were caught in three different states by chance',
  'admin-debug_after-sync-of-emptied-table_4.2.10': 'its log goes back over restarts that the stand-in does not play',
};
