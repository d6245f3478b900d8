import type { Entry } from '../../backends/palm/palm';
import type { Finding, Step } from '../operation';
import type { Part, View } from '../view';
import { countOf, RESULT_HEAD, resultRows, unknownText } from './outcome';
import { bytesOf, type PurgedServer, type PurgePlan, recordOf, targetOf } from './purge-plan';
import { addressOf, briefly, cell, followersText, processOf, rawLines, recordFacts } from './text';

/** As many records are shown field by field; more of them as a table. The file holds them all, whole. */
const IN_FULL = 3;

export function previewPurge(plan: PurgePlan, recheckMs: number): View {
  const { servers } = plan;
  const led = servers.filter((server) => server.followers.count > 0);
  const parts: Part[] = [
    {
      kind: 'text',
      text: `Each key is deleted only if etcd (${plan.api}) still holds it with the revision shown here and the bytes in records.jsonl.`,
    },
    ...(servers.length <= IN_FULL ? servers.map(inFull) : [asTable(servers)]),
    // The whole of it for whoever must put it back by hand; what people decide by is said above.
    { kind: 'raw', name: 'records.jsonl', text: recordLines(servers), asFile: true },
  ];
  if (led.length > 0) parts.push({ kind: 'text', text: led.map(ledText).join(' ') });
  parts.push(
    { kind: 'text', text: `The processes are not stopped: ${processes(servers)} will go on running, unknown to PALM.` },
    {
      kind: 'text',
      text: `Whether any comes back is looked up ${recheckMs / 1_000} s after.`,
    },
  );
  return { title: `Delete ${counted(servers.length)} from PALM`, tone: led.length > 0 ? 'warning' : 'neutral', parts };
}

function inFull(server: PurgedServer): Part {
  const { count, first } = server.followers;
  const callers = count > first.length ? `${followersText(first)}, ${count} in all` : followersText(first);
  const facts = [
    ...recordFacts(recordOf(server)),
    ['Called leader by', callers],
    ['Revision', server.revision],
  ] as const;
  return { kind: 'facts', facts };
}

function asTable(servers: readonly PurgedServer[]): Part {
  const rows = servers.map((server) => {
    const record = recordOf(server);
    return [
      ...[server.uuid, cell(record.server), cell(record.kind), addressOf(record), String(record.pid)],
      ...[
        record.configured ? 'yes' : 'no',
        record.leader,
        record.when,
        String(server.followers.count),
        server.revision,
      ],
    ];
  });
  const head = [
    'uuid',
    'Server',
    'Kind',
    'Address',
    'Process',
    'Configured',
    'Leader',
    'When',
    'Called leader by',
    'Revision',
  ];
  return { kind: 'table', name: 'purge.csv', head, rows };
}

function recordLines(servers: readonly PurgedServer[]): string {
  return rawLines(servers.map((server) => ({ id: server.uuid, revision: server.revision, bytes: bytesOf(server) })));
}

function ledText(server: PurgedServer): string {
  const { count } = server.followers;
  return `${count} ${count === 1 ? 'server calls' : 'servers call'} ${server.uuid} their leader and will be orphans.`;
}

/** The processes of the first few servers, in words. */
function processes(servers: readonly PurgedServer[]): string {
  const named = servers.slice(0, 10).map((server) => processOf(recordOf(server)));
  const more = servers.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function counted(count: number): string {
  return count === 1 ? '1 server' : `${count} servers`;
}

/** `request` names the purge in the button that undoes it. */
export function renderPurge(
  plan: PurgePlan,
  steps: readonly Step[],
  findings: readonly Finding[],
  request: string,
): View {
  const { servers } = plan;
  const targets = servers.map((server) => ({ key: targetOf(server), label: server.uuid }));
  const gone = servers.filter((server) => isGone(server, findings));
  const parts: Part[] = [
    { kind: 'table', name: 'purged.csv', head: RESULT_HEAD, rows: resultRows(targets, steps, findings) },
  ];
  if (gone.length > 0) {
    const text = `Still running and perhaps to be stopped or restarted: ${processes(gone)}.`;
    const why = 'puts back the same bytes where the key is still absent';
    parts.push({ kind: 'text', text }, { kind: 'next', label: 'Undo', words: `palm undo ${request}`, why });
  }
  const title = `${gone.length} of ${counted(servers.length)} gone from PALM${unknownText(findings)}`;
  return { title, tone: toneOf(plan, findings), parts };
}

function isGone(server: PurgedServer, findings: readonly Finding[]): boolean {
  return findings.some(({ target, verdict }) => target === targetOf(server) && verdict === 'confirmed');
}

function toneOf({ servers }: PurgePlan, findings: readonly Finding[]): View['tone'] {
  if (countOf(findings, 'confirmed') === servers.length) return 'good';
  return countOf(findings, 'contradicted') > 0 ? 'bad' : 'warning';
}

interface There {
  readonly entry: Entry;
  /** Still at the revision that was approved: it was never deleted. */
  readonly untouched: boolean;
}

export function recheckView(there: readonly There[], all: number): View {
  const returned = there.filter(({ untouched }) => !untouched);
  if (there.length === 0) return { title: `None of ${counted(all)} came back`, tone: 'good', parts: [] };
  const rows = there.map(({ entry, untouched }) => [
    entry.id,
    untouched ? 'was never deleted' : `is there again, ${briefly(entry)}: PALM registered it, or somebody put it back`,
  ]);
  return {
    title: `${returned.length} of ${counted(all)} came back`,
    tone: 'warning',
    parts: [{ kind: 'table', name: 'there.csv', head: ['uuid', 'What is there'], rows }],
  };
}
