import {
  damagedMaster,
  hung,
  LEAVE,
  masterFirst,
  movedByHand,
  NEW,
  noFile,
  OLD,
  placed,
  type Replay,
  STATUS,
  stuck,
  stuckFor,
} from './openio-stages';

export const electing: readonly Replay[] = [
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

export const debugging: readonly Replay[] = [
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
