import { randomUUID } from 'node:crypto';
import type { Clusters } from '../../handlers/clusters';
import type { AuditExport } from '../../handlers/ledger';
import { plain, type View } from '../../handlers/view';
import type { Jobs } from '../../jobs/jobs';
import { requestId } from '../../jobs/request/id';
import type { Asked } from '../../jobs/request/lifecycle';
import { finish } from '../../jobs/request/lifecycle';
import type { Typed } from './arguments';
import { CODES, type Code } from './codes';
import type { Terminal } from './terminal';
import { lines } from './text';

export interface ExportDeps {
  readonly jobs: Pick<Jobs, 'store' | 'admission' | 'ledger'>;
  readonly clusters: Clusters;
  readonly terminal: Terminal;
  readonly user: string;
  readonly channel: string;
}

const OPERATION = 'ops audit export';

/**
 * The trail goes to the terminal alone, byte for byte. It is asked like the command of the same name all the same: the same
 * rules say who may, the trail says who did, and so does the channel.
 */
export async function exportTrail(
  { jobs, clusters, terminal, user, channel }: ExportDeps,
  { since, words }: Extract<Typed, { kind: 'export' }>,
): Promise<Code> {
  const { store, admission, ledger } = jobs;
  const about = { kind: 'query', operation: OPERATION, cluster: clusters.ofChannel(channel), channel } as const;
  const standing = await admission.standing({ ...about, danger: null });
  const { kind, operation, cluster } = about;
  const asked: Asked = {
    ...{ id: requestId(`console ${randomUUID()}`), kind, operation, words, cluster },
    ...{ road: 'console', requester: user, place: { channel } },
  };
  const opened = await store.open(asked, standing);
  if (!opened.ok) {
    terminal.err(lines(plain(opened.refusal.why)));
    return CODES.not;
  }
  const exported = await ledger.exportAudit(since);
  // No worker is asked: this is all that others get to see of it.
  await store.move(asked.id, finish({ kind: 'answered', view: exportedView(exported) }, 'queued'));
  for (const text of exported.lines) terminal.raw(`${text}\n`);
  return CODES.done;
}

function exportedView({ entries, head }: AuditExport): View {
  return {
    title: `The audit trail was exported in a terminal: ${entries} entries`,
    tone: 'neutral',
    parts: [{ kind: 'facts', facts: [['Head', `${head.seq}:${head.hash}`]] }],
  };
}
