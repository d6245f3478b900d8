import { randomUUID } from 'node:crypto';
import type { Clusters } from '../../handlers/clusters';
import { plain, type Text } from '../../handlers/view';
import type { Jobs } from '../../jobs/jobs';
import { type Request, stepsOf } from '../../jobs/request/request';
import { gone } from '../../jobs/store/store';
import { isHidden } from '../../jobs/trail/privacy';
import { ruledNow } from '../outbox/approvers';
import { notConfirmed, runWords, type Why } from '../receive/commands';
import type { Typed, Voting } from './arguments';
import { cardText, stepText } from './card';
import { CODES, type Code, codeOf } from './codes';
import { exportTrail } from './export';
import { printFile, printJson } from './raw';
import type { Terminal } from './terminal';
import { line, lines, TYPED, viewText } from './text';
import { watch } from './watch';

/** What the console does with settings, Redis and a person: everything that Slack can ask, on the same road. */
export interface ConsoleDeps {
  readonly jobs: Pick<Jobs, 'requests' | 'store' | 'redraws' | 'attachments' | 'admission' | 'ledger'>;
  readonly clusters: Clusters;
  readonly terminal: Terminal;
  /** Who the key says it is, and the channel of everything that is asked here. */
  readonly user: string;
  readonly channel: string;
  readonly onError: (error: unknown, request: string) => void;
}

/** What needs settings, Redis and a person. */
export type Online = Exclude<Typed, { kind: 'help' | 'key' | 'verify file' }>;

export async function runConsole(deps: ConsoleDeps, typed: Online): Promise<Code> {
  try {
    return await run(deps, typed);
  } catch (error) {
    deps.onError(error, 'console');
    deps.terminal.err(viewText(notConfirmed('this')));
    return CODES.uncertain;
  }
}

async function run(deps: ConsoleDeps, typed: Online): Promise<Code> {
  switch (typed.kind) {
    case 'command':
      return ask(deps, typed);
    case 'vote':
      return vote(deps, typed);
    case 'show':
      return withRequest(deps, typed.id, (request) => report(deps, request, typed.isJson));
    case 'raw':
      return withRequest(deps, typed.id, (request) => printFile(deps, request, typed.name));
    case 'export':
      return exportTrail(deps, typed);
  }
}

async function withRequest(deps: ConsoleDeps, id: string, then: (request: Request) => Promise<Code>): Promise<Code> {
  const request = await deps.jobs.store.load(id);
  if (request && !isHidden(request, deps.user)) return then(request);
  deps.terminal.err(lines(plain(request ? asPrivate(request) : gone(id).why)));
  return CODES.not;
}

function asPrivate({ id, requester }: Request): Text {
  return [`Request ${id} was asked privately: only `, { user: requester }, ' reads it, until it is posted.'];
}

const CODE_OF: Readonly<Record<Why, Code>> = {
  'asked for help': CODES.done,
  'not understood': CODES.usage,
  refused: CODES.not,
  'not confirmed': CODES.uncertain,
};

type Asked = Extract<Online, { kind: 'command' }>;

async function ask(deps: ConsoleDeps, { words, isJson, waits }: Asked): Promise<Code> {
  const { user, channel, clusters, onError } = deps;
  const delivery = `console ${randomUUID()}`;
  const { requests } = deps.jobs;
  const reply = await runWords({ clusters, requests, onError }, { road: 'console', words, user, channel, delivery });
  if (reply.kind === 'stored') return follow(deps, reply.request, { isJson, waits });
  const text = viewText(reply.view);
  if (reply.why === 'asked for help') deps.terminal.out(text);
  else deps.terminal.err(text);
  return CODE_OF[reply.why];
}

async function vote(deps: ConsoleDeps, typed: Voting): Promise<Code> {
  const { id, decision, reason, code } = typed;
  const said = { ...(reason !== null && { reason }), ...(code !== null && { code }) };
  const decided = await deps.jobs.requests.decide(id, { decision, by: deps.user, road: 'console', ...said });
  if (!decided.ok) {
    const { rule, why } = decided.refusal;
    deps.terminal.err(lines(plain(why)));
    if (rule === 'second factor') deps.terminal.err(`Here: ${TYPED} approve ${id} --code 123456`);
    return CODES.not;
  }
  deps.terminal.err(`Counted: ${decision} of ${id}.`);
  if (decision === 'approve' && typed.waits) return follow(deps, decided.request, typed);
  await report(deps, decided.request, typed.isJson);
  return CODES.done;
}

async function follow(
  deps: ConsoleDeps,
  asked: Request,
  { isJson, waits }: { readonly isJson: boolean; readonly waits: boolean },
): Promise<Code> {
  const { terminal, jobs } = deps;
  const late = setTimeout(() => terminal.err(NO_WORKER), PATIENCE_MS);
  const onSeen = (request: Request) => {
    if (request.state.kind !== 'queued') clearTimeout(late);
    tell(terminal, ruledNow(request, { ruling: jobs.admission.rulingOf(request) }));
  };
  const request = await watch(jobs, asked.id, { toEnd: waits, onSeen }).finally(() => clearTimeout(late));
  if (request) return report(deps, request, isJson);
  terminal.err(lines(plain(gone(asked.id).why)));
  return CODES.uncertain;
}

const PATIENCE_MS = 5_000;
const NO_WORKER =
  'No worker has taken it yet. When the bot is down because Slack is, start one that needs no Slack: ROLE=worker npm start';

/** Where it is, while somebody waits. */
function tell(terminal: Terminal, request: Request): void {
  const { id, state } = request;
  if (state.kind === 'queued')
    return terminal.err(`Request ${id} is stored. It can be found again: ${TYPED} show ${id}`);
  const newest = stepsOf(state).at(-1);
  if (state.kind === 'running') return terminal.err(newest ? stepText(newest) : 'Running.');
  if (state.kind === 'planned') {
    const who = state.approvals.map(({ by }) => line(`@${by}`)).join(', ');
    return terminal.err(
      `Waiting for approval: ${state.approvals.length} of ${state.proposed.needs}${who && ` (${who})`}.`,
    );
  }
  if (state.kind === 'approved') terminal.err('Approved. Waiting for its turn.');
}

async function report(deps: ConsoleDeps, request: Request, isJson: boolean): Promise<Code> {
  if (isJson) await printJson(deps, request);
  else {
    const { attachments, admission } = deps.jobs;
    deps.terminal.out(await cardText({ clusters: deps.clusters, attachments, rulingOf: admission.rulingOf }, request));
  }
  return codeOf(request);
}
