import { typed, UNITS } from '../../backends/units';
import type { Finding, Step } from '../operation';
import type { Part, View } from '../view';
import { RESULT_HEAD, resultRows } from './outcome';
import { readServer } from './record';
import { bytesOfKey, type ResetKey, type ResetPlan } from './reset-plan';
import { addressOf, cell, rawLines } from './text';
import { byHand, restartByHand, stateFacts, unitTarget } from './unit-state';

export const SERVERS_TARGET = 'palm/servers';

export function previewReset(plan: ResetPlan): View {
  const { keys, api, hosts } = plan;
  const how =
    api === 'v3'
      ? 'in one transaction, and nothing at all when anything registered or was rewritten since'
      : 'one after the other, each only if unchanged, then the empty directory; it stops at the first that changed';
  return {
    title: `Delete all ${keys.length} keys below /servers/`,
    tone: 'bad',
    parts: [
      {
        kind: 'text',
        text: `etcd ${hosts} (${api}): every key listed here is deleted, ${how}. This cannot be undone by the bot: keep records.jsonl, which is in the thread.`,
      },
      { kind: 'table', name: 'reset.csv', head: HEAD, rows: cellsOf(plan) },
      {
        kind: 'raw',
        name: 'records.jsonl',
        text: rawLines(keys.map((key) => ({ ...key, bytes: bytesOfKey(key) }))),
        asFile: true,
      },
      {
        kind: 'text',
        text: 'The processes of the servers are not stopped. Each has to be restarted to be registered again.',
      },
      ...unitParts(plan),
    ],
  };
}

const HEAD = ['Key', 'Server', 'Address', 'Process', 'Revision'];

function cellsOf(plan: ResetPlan): readonly (readonly string[])[] {
  return plan.keys.map((key) => [cell(key.id), ...recordCells(key), key.revision]);
}

function recordCells(key: ResetKey): readonly string[] {
  const row = readServer({ id: key.id, bytes: bytesOfKey(key), directory: false });
  if (!row.ok) return [`cannot be read: ${row.reason}`, '–', '–'];
  return [cell(row.server.server), addressOf(row.server), String(row.server.pid)];
}

function unitParts({ units }: ResetPlan): readonly Part[] {
  if (units === null) {
    return [
      { kind: 'text', text: 'Afterwards restart the services by hand: PALM_SSH is not set.' },
      restartByHand(UNITS),
    ];
  }
  return [
    { kind: 'text', text: `Only after that, registry and pipeliner are restarted on ${units.where}. They are now:` },
    ...units.before.map(({ unit, state }): Part => ({ kind: 'facts', facts: [['Unit', unit], ...stateFacts(state)] })),
  ];
}

export function renderReset(plan: ResetPlan, steps: readonly Step[], findings: readonly Finding[]): View {
  const verdict = findings.find(({ target }) => target === SERVERS_TARGET)?.verdict ?? 'unverifiable';
  const titles = {
    confirmed: `PALM was reset: all ${plan.keys.length} approved keys are gone`,
    contradicted: 'PALM was not reset: approved keys are still there',
    unverifiable: 'Whether PALM was reset is not known',
  };
  const targets = [
    { key: SERVERS_TARGET, label: '/servers/' },
    ...UNITS.map((unit) => ({ key: unitTarget(unit), label: unit })),
  ];
  const restarted = UNITS.every((unit) =>
    findings.some((found) => found.target === unitTarget(unit) && found.verdict === 'confirmed'),
  );
  const parts: Part[] = [
    { kind: 'table', name: 'reset.csv', head: RESULT_HEAD, rows: resultRows(targets, steps, findings) },
  ];
  if (verdict === 'confirmed' && !restarted) {
    parts.push(
      { kind: 'text', text: 'registry and pipeliner are not both restarted; they may still know the old servers.' },
      byHand(UNITS.map(typed.restart)),
    );
  }
  parts.push({ kind: 'next', label: 'List servers', words: 'palm servers', why: 'shows what is registered now' });
  return { title: titles[verdict], tone: verdict === 'confirmed' ? (restarted ? 'good' : 'warning') : 'bad', parts };
}
