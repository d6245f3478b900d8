import type { ActionsBlock, KnownBlock } from '@slack/types';
import { onCluster, type ShownCluster } from '../../handlers/clusters';
import type { Finding, Step } from '../../handlers/operation';
import type { Text, View } from '../../handlers/view';
import type { Decided, Outcome, Request, State, Waiting } from '../../jobs/request/request';
import { missingApprovals } from '../../jobs/rules/quorum';
import { commandOf } from '../../jobs/work/answer';
import { outcomeView } from '../receive/outcomes';
import { drawView, drawViews } from '../view/blocks';
import { cut, type Drawing, section } from '../view/canvas';
import { LIMITS } from '../view/limits';
import { literalBlocks, mrkdwn, richElements } from '../view/rich';
import { withBanner } from './banner';
import { withDisplacement } from './displaced';
import { withOutcome } from './ends';
import { footer, people, smallPrints } from './footer';
import { withGlass } from './glass';
import { type Copy, withPlaces } from './places';
import { resultActions, undoneActions } from './results';
import { clusterMark } from './titles';
import { type Undone, withEnd } from './undone';
import { callOf, decisions, quotaLines, undoLines, withHold } from './waiting';

/**
 * The one message of a request, drawn from its record and from nothing else: whoever has the record can draw it again.
 * Pure.
 */
export interface Extra {
  /** What a query knows so far. */
  readonly partial: View | null;
  /** Who may approve, or why nobody may. */
  readonly approvers: Text;
  /** Null: there is only one. */
  readonly cluster: ShownCluster | null;
  /** Null: the message where it was asked. */
  readonly copy?: Copy | null;
  /** Why Slack did not take the message where it belongs; it is a direct message to whoever asked instead. */
  readonly refused?: string | undefined;
}

type Running = Extract<State, { kind: 'running' }>;

export function drawRequest(request: Request, extra: Extra): Drawing {
  const drawn = withPlaces(drawState(shownOf(request, extra), extra), request, extra.copy ?? null);
  const drawing = titledWith(extra.cluster, withDisplacement(withGlass(drawn, request), request, extra.refused));
  return { ...drawing, blocks: literalBlocks(drawing.blocks) };
}

/** The first message says where the audit trail stands; in copies that would only cost an edit after every move. */
function shownOf({ audit, ...request }: Request, { copy }: Extra): Request {
  return copy || !audit ? request : { ...request, audit };
}

function drawState(request: Request, extra: Extra): Drawing {
  const { state } = request;
  switch (state.kind) {
    case 'queued':
      return drawQueued(request, extra.partial);
    case 'planned':
      return drawPlanned(request, state, extra);
    case 'approved':
      return withApproval(around(request, drawPreview(request, state, extra), { lines: [] }), request, state);
    case 'running':
      return around(request, drawProgress(state), { lines: [] });
    case 'denied':
    case 'withdrawn':
    case 'expired':
      return drawUndone(request, state, extra);
    case 'finished':
      return drawFinished(request, state, extra);
  }
}

function drawQueued(request: Request, partial: View | null): Drawing {
  const title = request.kind === 'query' ? 'Reading' : 'Reading what would change';
  const waiting: View = { title: `${title}: /${cut(commandOf(request), 100)}`, tone: 'neutral', parts: [] };
  return around(request, drawView(partial ?? waiting, 'result'), { lines: partial ? ['Still reading.'] : ['Queued.'] });
}

function titledWith(cluster: ShownCluster | null, drawing: Drawing): Drawing {
  const name = clusterMark(cluster);
  if (name === '') return drawing;
  const titled = (block: KnownBlock): KnownBlock =>
    block.type === 'header'
      ? { ...block, text: { ...block.text, text: cut(`${name}${block.text.text}`, LIMITS.header) } }
      : block;
  return { ...drawing, text: `${mrkdwn(name)}${drawing.text}`, blocks: drawing.blocks.map(titled) };
}

/** Suggested commands as they must be typed to mean this cluster, wherever that is. */
function onItsCluster(view: View, { cluster }: Extra): View {
  if (!cluster) return view;
  const named = (part: View['parts'][number]) =>
    part.kind === 'next' ? { ...part, words: onCluster(part.words, cluster.name) } : part;
  return { ...view, parts: view.parts.map(named) };
}

function drawPreview({ id }: Request, { proposed }: Decided, extra: Extra): Drawing {
  return drawView(onItsCluster(proposed.preview, extra), 'preview', id);
}

function drawPlanned(request: Request, state: Waiting, extra: Extra): Drawing {
  const approved = state.approvals.length > 0 ? [approvedBy(state)] : [];
  const lines: Text[] = [...undoLines(state), ...approved, ...quotaLines(state), extra.approvers];
  const actions = [decisions(request, state)];
  const card = around(request, drawPreview(request, state, extra), { call: callOf(request, state), lines, actions });
  if (state.held) return withHold(card, request, state);
  // Blocks are not in a notification, and it is what calls people.
  return { ...card, text: `APPROVAL NEEDED · ${card.text}` };
}

function withApproval(drawing: Drawing, request: Request, { approvals }: Decided): Drawing {
  const did: Text = ['Approved by ', ...people(approvals), '. It runs as soon as its turn comes.'];
  return withBanner(drawing, request, { mark: 'APPROVED', did });
}

function drawProgress(state: Running): Drawing {
  const { proposed, steps } = state;
  const parts: View['parts'] = [{ kind: 'text', text: progress(state) }, ...newestSteps(steps)];
  return drawView({ title: `Running: ${proposed.preview.title}`, tone: 'neutral', parts }, 'result');
}

/** What is under way counts more than the beginning; the result shows all of it. */
const NEWEST_STEPS = 10;

function newestSteps(steps: readonly Step[]): View['parts'] {
  if (steps.length === 0) return [];
  const table = stepTable(steps.slice(-NEWEST_STEPS));
  const older = steps.length - NEWEST_STEPS;
  return older > 0 ? [{ kind: 'text', text: `${older} earlier steps are not shown.` }, table] : [table];
}

function stepTable(steps: readonly Step[]): View['parts'][number] {
  const rows = steps.map(({ target, status, text }) => [target, status, text]);
  return { kind: 'table', name: 'steps.csv', head: ['Target', 'Status', 'What'], rows };
}

const BAR = 20;

/**
 * `▰▰▰▰▱▱▱▱ 4/11 done. Running since 14:03:05 (two minutes ago). Now 5/11: copying to 127.0.0.2:6024 …`: Slack counts the
 * time as it is read, so a step that takes long needs no edit.
 */
function progress({ steps, proposed, startedAt }: Running): Text {
  const { procedure, targets } = proposed;
  const all = Math.max(procedure.length || targets.length, steps.length, 1);
  const full = Math.round((BAR * steps.length) / all);
  const bar = `${'▰'.repeat(full)}${'▱'.repeat(BAR - full)}`;
  const now = procedure[steps.length];
  return [
    `${bar} ${steps.length}/${all} done. Running since `,
    { at: startedAt, ago: true },
    now === undefined ? '.' : `. Now ${steps.length + 1}/${all}: ${now} …`,
  ];
}

function drawUndone(request: Request, state: Undone, extra: Extra): Drawing {
  const actions = undoneActions(request, onItsCluster(state.proposed.preview, extra));
  return withEnd(around(request, drawPreview(request, state, extra), { lines: [], actions }), request, state);
}

function drawFinished(request: Request, state: Extract<State, { kind: 'finished' }>, extra: Extra): Drawing {
  const { outcome, recheck } = state;
  const result = { view: onItsCluster(outcomeView(request, outcome), extra), stage: 'result' } as const;
  const second =
    recheck.kind === 'made' ? [{ view: onItsCluster(recheck.view, extra), stage: 'recheck' } as const] : [];
  const body = drawViews([result, ...second], request.id);
  const lines: Text[] = [...readBack(outcome)];
  if (recheck.kind === 'due') lines.push(['A second look follows at ', { at: recheck.at }, '.']);
  if (outcome.kind !== 'answered') lines.push(`Outcome: ${outcome.kind}.`);
  const shown = [result.view, ...second.map(({ view }) => view)];
  const actions = resultActions(request, shown, extra.refused !== undefined);
  return withOutcome(around(request, body, { lines, actions }), request, state);
}

function readBack(outcome: Outcome): readonly Text[] {
  if (!('steps' in outcome) || outcome.findings.length === 0) return [];
  const count = (verdict: Finding['verdict']) =>
    outcome.findings.filter((finding) => finding.verdict === verdict).length;
  const told = (['confirmed', 'contradicted', 'unverifiable'] as const).filter((verdict) => count(verdict) > 0);
  return [`Read back: ${told.map((verdict) => `${count(verdict)} ${verdict}`).join(', ')}.`];
}

function approvedBy({ approvals, proposed }: Decided): Text {
  const all = approvals.length + missingApprovals(proposed, approvals);
  return [`Approved by (${approvals.length} of ${all}): `, ...people(approvals), '.'];
}

interface Surroundings {
  /** What people are asked to do; as large as the rest. */
  readonly call?: Text;
  readonly lines: readonly Text[];
  readonly actions?: readonly ActionsBlock[];
}

/** Body, then what is asked, what state it is in, buttons, and who asked what. */
function around(request: Request, body: Drawing, { call, lines, actions = [] }: Surroundings): Drawing {
  const states: readonly KnownBlock[] = smallPrints(lines);
  const calls: KnownBlock[] = call ? [{ type: 'divider' }, section(richElements(call, { bold: true }))] : [];
  return { ...body, blocks: [...body.blocks, ...calls, ...states, ...actions, footer(request)] };
}
