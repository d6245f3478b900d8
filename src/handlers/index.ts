import type { Palm } from '../backends/palm/palm';
import type { Units } from '../backends/units';
import { type Catalogue, createCatalogue } from './catalogue';
import type { Ledger } from './ledger';
import type { Operation } from './operation';
import { opsAudit } from './ops/audit';
import { opsClear } from './ops/clear';
import { opsLocks } from './ops/locks';
import { opsRequest } from './ops/request';
import { opsRequests } from './ops/requests';
import { palmLogs } from './palm/logs';
import { palmPurge } from './palm/purge';
import { palmReset } from './palm/reset';
import { palmRestart } from './palm/restart';
import { palmServers } from './palm/servers';
import { palmShow } from './palm/show';
import { palmUndo } from './palm/undo';

/** What operations work on; null where it is not configured, and then its operations are not there. */
export interface Systems {
  readonly palm: { readonly etcd: Palm; readonly units: Units } | null;
  readonly ledger: Ledger;
}

/** Everything the bot can do: one line per operation. */
export function catalogueOf({ palm, ledger }: Systems): Catalogue {
  const operations: readonly Operation[] = [
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
    opsRequests(ledger),
    opsRequest(ledger),
    opsAudit(ledger),
    opsLocks(ledger),
    opsClear(ledger),
  ];
  return createCatalogue(operations);
}
