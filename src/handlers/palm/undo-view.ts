import type { Finding, Step } from '../operation';
import type { Part, View } from '../view';
import { countOf, RESULT_HEAD, resultRows, unknownText } from './outcome';
import { bytesOf, targetOf } from './purge-plan';
import { readServer } from './record';
import { addressOf, cell, rawLines } from './text';
import type { Restored, UndoPlan } from './undo-plan';

export function previewUndo(plan: UndoPlan): View {
  const { restore, left, purge } = plan;
  const unproved = restore.filter((record) => !record.proved);
  const parts: Part[] = [
    { kind: 'text', text: `Each key is written with the bytes that ${purge} deleted, and only if it is still absent.` },
    {
      kind: 'table',
      name: 'undo.csv',
      head: ['uuid', 'Server', 'Address', 'Process', 'When'],
      rows: restore.map(cells),
    },
    { kind: 'raw', name: 'records.jsonl', text: recordLines(restore), asFile: true },
  ];
  if (unproved.length > 0) {
    const text = `Not proved to have been deleted by ${purge}, only known to be gone: ${unproved.map(({ uuid }) => uuid).join(', ')}.`;
    parts.push({ kind: 'text', text });
  }
  if (left.length > 0) {
    parts.push({
      kind: 'table',
      name: 'left.csv',
      head: ['Left alone', 'Why'],
      rows: left.map(({ uuid, why }) => [uuid, why]),
    });
  }
  parts.push({
    kind: 'text',
    text: 'A server whose process has ended is put back as well: PALM will find it dead.',
  });
  const title = `Put back ${restore.length} of the ${restore.length + left.length} servers of ${purge}`;
  return { title, tone: unproved.length > 0 ? 'warning' : 'neutral', parts };
}

function cells(record: Restored): readonly string[] {
  const row = readServer({ id: record.uuid, bytes: bytesOf(record), directory: false });
  if (!row.ok) return [record.uuid, '–', '–', '–', '–'];
  const { server } = row;
  return [record.uuid, cell(server.server), addressOf(server), String(server.pid), server.when];
}

/** The revision is the next one that etcd gives out. */
function recordLines(restore: readonly Restored[]): string {
  return rawLines(restore.map((record) => ({ id: record.uuid, revision: 'new', bytes: bytesOf(record) })));
}

export function renderUndo(plan: UndoPlan, steps: readonly Step[], findings: readonly Finding[]): View {
  const { restore, purge } = plan;
  const targets = restore.map((record) => ({ key: targetOf(record), label: record.uuid }));
  const back = countOf(findings, 'confirmed');
  const tone = back === restore.length ? 'good' : countOf(findings, 'contradicted') > 0 ? 'bad' : 'warning';
  return {
    title: `${back} of ${restore.length} servers of ${purge} are back${unknownText(findings)}`,
    tone,
    parts: [
      { kind: 'table', name: 'undone.csv', head: RESULT_HEAD, rows: resultRows(targets, steps, findings) },
      { kind: 'next', label: 'List servers', words: 'palm servers', why: 'shows what is registered now' },
    ],
  };
}
