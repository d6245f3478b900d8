import type { Distkv } from '../backends/distkv/distkv';
import type { Openio } from '../backends/openio/openio';
import type { Palm } from '../backends/palm/palm';
import type { Units } from '../backends/units';
import { type Catalogue, createCatalogue } from './catalogue';
import type { Doctor } from './checkup';
import { distkvDiagnose } from './distkv/diagnose';
import { distkvMark } from './distkv/mark';
import { distkvNodes } from './distkv/nodes';
import { distkvState } from './distkv/state';
import { distkvWho } from './distkv/who';
import type { Factors } from './factors';
import type { Ledger } from './ledger';
import { openioBaseMove } from './openio/base/move';
import { openioBaseRemove } from './openio/base/remove';
import { openioCacheFlush } from './openio/cache-flush';
import { openioClusterList } from './openio/cluster-list';
import { openioContainerCheck } from './openio/container-check';
import { openioContainerLocate } from './openio/container-locate';
import { openioContainerShow } from './openio/container-show';
import { openioElectionDebug } from './openio/election-debug';
import { openioElectionDiagnose } from './openio/election-diagnose';
import { openioElectionLeave } from './openio/election-leave';
import { openioElectionPing } from './openio/election-ping';
import { openioElectionStatus } from './openio/election-status';
import { openioElectionSync } from './openio/election-sync';
import { openioReferenceList } from './openio/reference-list';
import type { Operation } from './operation';
import { opsAudit } from './ops/audit';
import { opsAuditExport } from './ops/audit-export';
import { opsAuditVerify } from './ops/audit-verify';
import { opsBreaks } from './ops/breaks';
import { opsBreaksReview } from './ops/breaks-review';
import { opsCan } from './ops/can';
import { opsClear } from './ops/clear';
import { opsDoctor } from './ops/doctor';
import { opsEvery } from './ops/every';
import { opsEveryList } from './ops/every-list';
import { opsEveryStop } from './ops/every-stop';
import { opsLocks } from './ops/locks';
import { opsRequest } from './ops/request';
import { opsRequests } from './ops/requests';
import { opsRules } from './ops/rules';
import { opsSecondFactorEnroll } from './ops/second-factor-enroll';
import { opsSecondFactorReset } from './ops/second-factor-reset';
import { opsTimeline } from './ops/timeline';
import { palmLogs } from './palm/logs';
import { palmPurge } from './palm/purge';
import { palmReset } from './palm/reset';
import { palmRestart } from './palm/restart';
import { palmServers } from './palm/servers';
import { palmShow } from './palm/show';
import { palmUndo } from './palm/undo';
import type { Rulebook } from './rulebook';
import type { Schedules } from './schedules';

/** What operations work on; null where it is not configured, and then its operations are not there. */
export interface Systems {
  readonly openio: Openio | null;
  readonly distkv: Distkv | null;
  readonly palm: { readonly etcd: Palm; readonly units: Units } | null;
  readonly ledger: Ledger;
  readonly doctor: Doctor;
  readonly factors: Factors;
  readonly rulebook: Rulebook;
  readonly schedules: Schedules;
}

/** Everything the bot can do: one line per operation. */
export function catalogueOf(systems: Systems): Catalogue {
  const { openio, distkv, palm, ledger } = systems;
  const operations: readonly Operation[] = [
    ...(openio
      ? [
          openioElectionStatus(openio),
          openioElectionPing(openio),
          openioElectionDebug(openio),
          openioElectionDiagnose(openio),
          openioElectionLeave(openio),
          openioElectionSync(openio),
          openioBaseMove(openio),
          openioBaseRemove(openio),
          openioContainerShow(openio),
          openioContainerLocate(openio),
          openioContainerCheck(openio),
          openioReferenceList(openio),
          openioClusterList(openio),
          openioCacheFlush(openio),
        ]
      : []),
    ...(distkv
      ? [distkvState(distkv), distkvMark(distkv), distkvNodes(distkv), distkvWho(distkv), distkvDiagnose(distkv)]
      : []),
    ...(palm
      ? [
          palmServers(palm.etcd),
          palmShow(palm.etcd),
          palmPurge(palm.etcd),
          palmUndo(palm.etcd, ledger),
          palmReset(palm.etcd, palm.units),
          palmRestart(palm.units),
          palmLogs(palm.units),
        ]
      : []),
    ...ofTheBot(systems),
  ];
  return createCatalogue(operations);
}

/** What concerns the bot itself: the same on every cluster. */
function ofTheBot({ ledger, doctor, factors, rulebook, schedules }: Systems): readonly Operation[] {
  return [
    opsRequests(ledger),
    opsRequest(ledger),
    opsEvery(schedules),
    opsEveryList(schedules),
    opsEveryStop(schedules),
    opsTimeline(ledger),
    opsAudit(ledger),
    opsAuditVerify(ledger),
    opsAuditExport(ledger),
    opsLocks(ledger),
    opsClear(ledger),
    opsDoctor(doctor),
    opsRules(rulebook),
    opsCan(rulebook),
    opsBreaks(rulebook),
    opsBreaksReview(rulebook),
    opsSecondFactorEnroll(),
    opsSecondFactorReset(factors),
  ];
}
