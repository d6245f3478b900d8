import { setTimeout } from 'node:timers/promises';
import { onCluster, selectCluster, shownCluster } from '../../handlers/clusters';
import type { Words } from '../../handlers/operation';
import { named } from '../../handlers/understand';
import type { View } from '../../handlers/view';
import { splitWords } from '../../handlers/words';
import { isAskedAtHome } from '../../jobs/request/places';
import { decidedOf, type Request } from '../../jobs/request/request';
import type { Refusal } from '../../jobs/rules/policy';
import type { Redraws } from '../../jobs/store/redraws';
import { gone } from '../../jobs/store/store';
import type { Links } from '../../jobs/trail/links';
import { approveForm } from '../forms/approve-form';
import { ALONE, type AskDeps, filledForm } from '../forms/ask';
import { codeForm } from '../forms/code-form';
import { asksToEnrol, type EnrolDeps, enrol, withEnrolment } from '../forms/enrol-form';
import { type Reasoned, reasonForm } from '../forms/reasons';
import { suggestionMark } from '../view/next';
import { type Click, type ClickAnswer, TAKEN, whisper } from './clicks';
import { notConfirmed, refusal, runWords } from './commands';
import { outcomeView } from './outcomes';
import { askWhere, giveData, postWhereAsked } from './shares';

export interface ButtonDeps extends AskDeps, EnrolDeps {
  readonly redraws: Redraws;
  readonly links: Links;
}

/** A click is never silent. */
export async function handleClick(deps: ButtonDeps, click: Click): Promise<ClickAnswer> {
  try {
    return await answerTo(deps, click);
  } catch (error) {
    deps.onError(error, click.request);
    return whisper(notConfirmed('your click'));
  }
}

async function answerTo(deps: ButtonDeps, click: Click): Promise<ClickAnswer> {
  const { action, isHome = false } = click;
  if (action === 'look' || (isHome && action === 'approve')) return lookAt(deps, click);
  if (action === 'deny' || action === 'hold') return askReason(deps, click, action);
  if (action === 'approve' || action === 'release' || action === 'withdraw') return vote(deps, click, action);
  // What was said to one person only: a click on it is the same as typing it.
  if (/^next_said_\d{1,2}$/.test(action)) return runSaid(deps, click);
  if (/^fill_said_\d{1,2}$/.test(action)) return fillSaid(deps, click);
  // One that an older version drew has no mark.
  const next = /^next_(preview|result|recheck)_\d{1,2}(?:_([0-9a-f]{12}))?$/.exec(action);
  if (next) return runNext(deps, click, { stage: next[1] ?? '', mark: next[2] ?? '' });
  if (action === 'again') return runAgain(deps, click);
  if (action === 'post') return postWhereAsked(deps, click);
  if (action === 'share') return askWhere(deps, click);
  if (action === 'raw') return giveData(deps, click);
  return whisper(
    refusal('This button is not known to this version of the bot. Nothing was run. Type the command instead.'),
  );
}

async function vote(
  deps: ButtonDeps,
  click: Click,
  decision: 'approve' | 'release' | 'withdraw',
): Promise<ClickAnswer> {
  const decided = await deps.requests.decide(click.request, { decision, by: click.user, road: 'button' });
  if (decided.ok) return TAKEN;
  const { rule, why } = decided.refusal;
  if (rule === 'not enrolled') return whisper(withEnrolment(refusal(why)));
  const request = rule === 'second factor' ? await deps.store.load(click.request) : null;
  return request ? { kind: 'form', form: codeForm(request) } : whisper(refusal(why));
}

/** Nobody approves in the Home tab without the preview in sight. */
async function lookAt(deps: ButtonDeps, click: Click): Promise<ClickAnswer> {
  const request = await deps.store.load(click.request);
  if (!request) return whisper(refusal(gone(click.request).why));
  const { state } = request;
  if (state.kind === 'planned') {
    const link = await deps.links.of(request).catch(() => null);
    const ruling = deps.requests.rulingOf(request);
    const cluster = shownCluster(deps.clusters, request);
    return { kind: 'form', form: approveForm({ request, state, ruling, cluster, link }) };
  }
  const refused = await deps.requests.refusal(request.id, { decision: 'approve', by: click.user, road: 'form' });
  return whisper(refusal(refused?.why ?? `Request ${request.id} does not wait any more.`));
}

/** A form must be opened within three seconds of the click. Who may not decide hears so before typing, if that is quick. */
const MOST_LOOKING_MS = 1_000;

async function askReason(deps: ButtonDeps, click: Click, decision: Reasoned): Promise<ClickAnswer> {
  const request = await deps.store.load(click.request);
  if (!request) return whisper(refusal(gone(click.request).why));
  const late = new AbortController();
  const timer = setTimeout(MOST_LOOKING_MS, null, { signal: late.signal, ref: false }).catch(() => null);
  const refused = await Promise.race([refusalOf(deps, click, decision), timer]);
  late.abort();
  return refused ? whisper(refusal(refused.why)) : { kind: 'form', form: reasonForm(request, decision) };
}

function refusalOf(deps: ButtonDeps, click: Click, decision: Reasoned): Promise<Refusal | null> {
  return deps.requests.refusal(click.request, { decision, by: click.user, road: 'form', reason: 'not known yet' });
}

async function runSaid(deps: ButtonDeps, click: Click): Promise<ClickAnswer> {
  const split = splitWords(click.request);
  if (!split.ok) return whisper(refusal('This suggestion cannot be read. Nothing was run. Type the command instead.'));
  return runClicked(deps, click, {}, split.args);
}

/** Opens the form of a command with its words in it. */
function fillSaid(deps: ButtonDeps, { request: command, channel, thread }: Click): ClickAnswer {
  const split = splitWords(command);
  const selected = split.ok ? selectCluster(split.args) : split;
  const cluster = (selected.ok && selected.args.cluster) || deps.clusters.ofChannel(channel);
  const where = { channel, cluster, ...(thread !== undefined && { thread }) };
  const form = selected.ok ? filledForm(deps, where, selected.args.words) : null;
  return form ? { kind: 'form', form } : whisper(refusal('There is no form for this. Type the command instead.'));
}

const CHANGED = 'This message has changed: that is not suggested any more. Nothing was run. Look at it again.';

/** Runs a suggested command in the name of whoever clicked: what the button stood for, or nothing. */
async function runNext(
  deps: ButtonDeps,
  click: Click,
  { stage, mark }: { stage: string; mark: string },
): Promise<ClickAnswer> {
  const request = await deps.store.load(click.request);
  if (!request) return whisper(refusal(gone(click.request).why));
  const words = suggestions(request, stage).find((said) => isMarked(said, request, mark));
  const split = words === undefined ? null : splitWords(words);
  if (!split?.ok) {
    await deps.redraws.due(request.id);
    return whisper(refusal(CHANGED));
  }
  const asChange = isChange(deps, click, request, split.args);
  if (!(await isDirect(deps, click, request))) return runClicked(deps, click, request, split.args);
  // Nobody else sees this message: a change is asked where others can decide on it.
  if (asChange && isAskedAtHome(request)) return whisper(refusal(ALONE));
  const isAlone = request.isPrivate === true && !asChange;
  return runClicked(deps, { ...click, ...request.place }, request, isAlone ? [...split.args, '--private'] : split.args);
}

function isChange({ clusters }: ButtonDeps, { channel }: Click, { cluster }: Request, words: Words): boolean {
  const found = named(clusters, { words, channel, cluster });
  return found.kind === 'operation' && found.operation.kind === 'change';
}

/** Asks the same again in the name of whoever clicked; privately again where only that person sees the message. */
async function runAgain(deps: ButtonDeps, click: Click): Promise<ClickAnswer> {
  const request = await deps.store.load(click.request);
  if (!request) return whisper(refusal(gone(click.request).why));
  const words = [...request.operation.split(' '), ...request.words];
  if (click.isHome && request.kind === 'change') return whisper(refusal(ALONE));
  if (click.isHome) return runClicked(deps, click, request, [...words, '--private']);
  if (!(await isDirect(deps, click, request))) return runClicked(deps, click, request, words);
  return runClicked(deps, { ...click, ...request.place }, request, request.isPrivate ? [...words, '--private'] : words);
}

/** Whether the message that was clicked is a direct one, which nobody else sees, and not a copy of it in a channel. */
async function isDirect({ redraws }: ButtonDeps, { ts, channel }: Click, request: Request): Promise<boolean> {
  const own = await redraws.message(request.id);
  if (own?.ts === ts) return request.isPrivate === true || own.refused !== undefined;
  // Not known, or not any more: what was private does not leave a direct message, which Slack names like this.
  return request.isPrivate === true && channel.startsWith('D');
}

/** On the cluster of the request that was clicked, whatever the channel's is by now. */
async function runClicked(
  deps: ButtonDeps,
  click: Click,
  { cluster }: { readonly cluster?: string },
  words: Words,
): Promise<ClickAnswer> {
  const { user, channel, delivery, thread } = click;
  if (asksToEnrol(words)) return enrol(deps, { user, channel });
  const where = { channel, ...(thread !== undefined && { thread }) };
  const named = cluster === undefined ? {} : { cluster };
  const reply = await runWords(deps, { road: 'button', words, ...named, user, delivery, ...where });
  return reply.kind === 'whisper' ? reply : TAKEN;
}

/** As it stands in the record, or as it is shown where there are several clusters. */
function isMarked(words: string, { cluster }: Request, mark: string): boolean {
  return suggestionMark(words) === mark || suggestionMark(onCluster(words, cluster)) === mark;
}

/** The suggested commands of one stage of a request. */
function suggestions(request: Request, stage: string): readonly string[] {
  const parts = viewOf(request, stage)?.parts ?? [];
  return parts.flatMap((part) => (part.kind === 'next' ? [part.words] : []));
}

function viewOf(request: Request, stage: string): View | null {
  const { state } = request;
  if (stage === 'preview') return decidedOf(state)?.proposed.preview ?? null;
  if (state.kind !== 'finished') return null;
  if (stage === 'result') return outcomeView(request, state.outcome);
  return state.recheck.kind === 'made' ? state.recheck.view : null;
}
