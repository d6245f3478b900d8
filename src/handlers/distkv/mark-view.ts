import { ticksIn } from '../../backends/distkv/state';
import { countTicks } from '../../backends/distkv/ticks';
import type { Finding, Step } from '../operation';
import type { Part, View } from '../view';
import type { Answer } from './ask';
import { statesOf } from './ask';
import { broadcastKey, serverKey } from './mark-act';
import { flagsOf, type MarkPlan, type OtherServer, plannedTicks } from './mark-plan';
import { namedTicks, next, plural, shortTicks } from './show';

export function previewMark(plan: MarkPlan): View {
  const ticks = plannedTicks(plan);
  const kind = plan.deleted ? 'deleted' : 'superseded';
  return {
    title: `Mark ${namedTicks(ticks)} of ${plan.node} as ${kind} on ${plan.name}${plan.broadcast ? ' and all other servers' : ''}`,
    tone: plan.deleted ? 'bad' : 'warning',
    parts: [
      {
        kind: 'facts',
        facts: [
          ['Asked server', `${plan.name} (${plan.server})`],
          ['Node', plan.node],
          ['Ticks', `${shortTicks(ticks)} (${plural(countTicks(ticks), 'tick')}, all missing there now)`],
          ['Mark', kind],
          ['Sent to', plan.broadcast ? 'all servers' : `${plan.name} alone`],
          ['Can be undone', plan.deleted ? 'no' : 'yes'],
        ],
      },
      { kind: 'text', text: plan.deleted ? DELETED_MEANS : SUPERSEDED_MEANS },
      ...otherParts(plan),
      ...recordParts(plan),
      ...broadcastPart(plan),
    ],
  };
}

const SUPERSEDED_MEANS =
  'Reversible: the mark only says "do not ask for it any more". When a server that holds the record sends it again, the record is taken and the mark goes away by itself.';
const DELETED_MEANS =
  'Irreversible: whoever asks for such a tick is told that its record is deleted, and servers that still hold the record then destroy it. This spreads without --broadcast too. The usual cure is the same command without --deleted.';

function otherParts(plan: MarkPlan): readonly Part[] {
  if (plan.others.length === 0) return [];
  const rows = plan.others.map((other) => [serverLabel(other), standingOf(other)]);
  const parts: Part[] = [
    { kind: 'table', name: 'distkv-others.csv', head: ['Other server', 'These ticks there'], rows },
  ];
  const holders = plan.others.filter((other) => other.holds !== '');
  if (holders.length > 0 && !plan.deleted) {
    parts.push({
      kind: 'text',
      text: `${holders.map(serverLabel).join(', ')} still holds records of these ticks. Restoring its link to the others is the better cure: it then sends them again.`,
    });
  }
  if (plan.others.some((other) => other.name === null)) {
    parts.push({
      kind: 'text',
      text: 'What a silent server holds cannot be seen. A server that misses ticks does not open its port when it starts; it goes on by itself once it misses none.',
    });
  }
  return parts;
}

function serverLabel(other: OtherServer): string {
  return other.name === null ? other.server : `${other.name} (${other.server})`;
}

function standingOf(other: OtherServer): string {
  if (other.name === null) return 'silent';
  const said = [
    ...(other.lacks === '' ? [] : [`missing: ${cut(other.lacks)}`]),
    ...(other.holds === '' ? [] : [`held: ${cut(other.holds)}`]),
  ];
  return said.length > 0 ? said.join('; ') : 'neither missing nor held';
}

function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** Irreversible: what would be lost, by name. */
function recordParts(plan: MarkPlan): readonly Part[] {
  if (!plan.deleted) return [];
  const rows = plan.others.flatMap((other) =>
    other.records.map(({ tick, path, value }) => [serverLabel(other), tick, path || 'the root entry', value]),
  );
  if (rows.length === 0) return [{ kind: 'text', text: 'No server that answers holds a record of these ticks.' }];
  return [
    { kind: 'text', text: 'These records would be destroyed, the first ten of each server:' },
    { kind: 'table', name: 'distkv-destroyed.csv', head: ['Server', 'Tick', 'Record', 'Value'], rows },
  ];
}

function broadcastPart(plan: MarkPlan): readonly Part[] {
  const lacking = plan.others.filter((other) => other.lacks !== '');
  if (plan.broadcast || lacking.length === 0) return [];
  const words = ['mark', plan.node, plan.ticks, ...flagsOf({ ...plan, broadcast: true })];
  return [next(words, 'Plan it with --broadcast', `${lacking.map(serverLabel).join(', ')} lacks ticks of these too`)];
}

export function renderMark(plan: MarkPlan, steps: readonly Step[], findings: readonly Finding[]): View {
  const targets = [...new Set([...steps, ...findings].map(({ target }) => target))];
  const rows = targets.map((target) => [
    target.slice(target.lastIndexOf('/') + 1),
    steps
      .filter((step) => step.target === target)
      .map((step) => `${step.status}: ${step.text}`)
      .join(' ') || 'no step was recorded',
    findings
      .filter((finding) => finding.target === target)
      .map((finding) => `${finding.verdict}: ${finding.text}`)
      .join(' ') || 'not read back',
  ]);
  return {
    ...headline(plan, steps, findings),
    parts: [
      { kind: 'table', name: 'distkv-mark.csv', head: ['Where', 'What was done', 'Read back'], rows },
      ...unsentPart(plan, findings),
      ...nextParts(plan, findings),
    ],
  };
}

function headline(plan: MarkPlan, steps: readonly Step[], findings: readonly Finding[]): Pick<View, 'title' | 'tone'> {
  const what = `${namedTicks(plannedTicks(plan))} of ${plan.node}`;
  const local = findings.find((one) => one.target === serverKey(plan, plan.server))?.verdict ?? 'unverifiable';
  const well = findings.every((one) => one.verdict === 'confirmed') && steps.every((step) => step.status === 'done');
  const kind = plan.deleted ? 'deleted' : 'superseded';
  if (well && findings.length > 0) {
    return {
      title: `Marked as ${kind}: ${what} on ${plan.name}${plan.broadcast ? ', and broadcast' : ''}`,
      tone: 'good',
    };
  }
  if (local === 'confirmed') return { title: `Marked on ${plan.name} only in part as asked: ${what}`, tone: 'warning' };
  if (local === 'contradicted') return { title: `Not marked: ${what} on ${plan.name}`, tone: 'bad' };
  return { title: `Whether ${what} is marked on ${plan.name} is not known`, tone: 'bad' };
}

/** Where nobody can tell, or knows, that the broadcast was not sent. */
function unsentPart(plan: MarkPlan, findings: readonly Finding[]): readonly Part[] {
  const broadcast = findings.find(({ target }) => target === broadcastKey(plan));
  if (!broadcast || broadcast.verdict === 'confirmed') return [];
  const what =
    broadcast.verdict === 'contradicted'
      ? 'The broadcast was not sent.'
      : 'Whether the broadcast was sent is not known.';
  const text = `${what} Servers that wait for these ticks ask again by themselves, which takes a few minutes.`;
  return [{ kind: 'text', text }];
}

function nextParts(plan: MarkPlan, findings: readonly Finding[]): readonly Part[] {
  const open = findings.filter((one) => one.verdict !== 'confirmed').map((one) => one.target);
  const lacking = plan.others.filter(
    (other) => other.lacks !== '' && (!plan.broadcast || open.includes(serverKey(plan, other.server))),
  );
  return [
    ...lacking.map((other) =>
      next(
        ['mark', plan.node, other.lacks, ...flagsOf({ ...plan, broadcast: false, server: other.server })],
        `Mark on ${other.name ?? other.server}`,
        'the ticks are missing there too',
      ),
    ),
    next(['state', '-ndmrk'], 'State', 'shows what every server misses now'),
  ];
}

/** The second look: did the servers that waited for these ticks come up? */
export function recheckView(plan: MarkPlan, answers: readonly Answer[]): View {
  const wereSilent = new Set(plan.others.filter((other) => other.name === null).map((other) => other.server));
  const rows = answers.map((answer) => {
    if (answer.kind === 'silent')
      return [answer.server, wereSilent.has(answer.server) ? 'still silent' : 'silent now', answer.why];
    const missing = ticksIn(answer.state, 'missing', plan.node);
    const up = wereSilent.has(answer.server) ? 'came up' : 'answers';
    return [
      `${answer.state.node} (${answer.server})`,
      up,
      missing.length > 0 ? `${plan.node}: ${shortTicks(missing)} missing` : `nothing of ${plan.node} is missing`,
    ];
  });
  const states = statesOf(answers);
  const well =
    states.length === answers.length && states.every((state) => ticksIn(state, 'missing', plan.node).length === 0);
  return {
    title: well ? `All servers are up and miss nothing of ${plan.node}` : `Not all servers are well yet`,
    tone: well ? 'good' : 'warning',
    parts: [
      { kind: 'table', name: 'distkv-recheck.csv', head: ['Server', 'State', 'Missing'], rows },
      ...(well ? [] : [next(['diagnose'], 'Diagnose', 'says what is still wrong')]),
    ],
  };
}
