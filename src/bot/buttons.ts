import { setTimeout } from 'node:timers/promises';
import type { ModalView } from '@slack/types';
import type { Words } from '../handlers/operation';
import type { View } from '../handlers/view';
import { splitWords } from '../handlers/words';
import type { Refusal } from '../jobs/policy';
import { decidedOf, type Request } from '../jobs/request';
import { gone, type Store } from '../jobs/store';
import { type CommandDeps, notConfirmed, refusal, runWords } from './commands';
import { outcomeView } from './message';
import { type Reasoned, reasonForm } from './reasons';

/** A click. Carries the request's id and nothing else; everything is read again from the record. */
export interface Click {
  readonly action: string;
  readonly request: string;
  readonly user: string;
  readonly channel: string;
  readonly thread?: string;
  /** Names this click and its repetitions. */
  readonly delivery: string;
}

export interface ButtonDeps extends CommandDeps {
  readonly store: Store;
}

/** `taken`: the message itself is the answer. `whisper`: only the person who clicked sees it. */
export type ClickAnswer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'whisper'; readonly view: View }
  /** More is to be asked first. */
  | { readonly kind: 'form'; readonly form: ModalView };

const TAKEN: ClickAnswer = { kind: 'taken' };

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
  const { action } = click;
  if (action === 'deny' || action === 'hold') return askReason(deps, click, action);
  if (action === 'approve' || action === 'release' || action === 'withdraw') return vote(deps, click, action);
  const next = /^next_(preview|result|recheck)_(\d{1,2})$/.exec(action);
  if (next) return runNext(deps, click, { stage: next[1] ?? '', index: Number(next[2]) });
  if (action === 'again') return runAgain(deps, click);
  return whisper(
    refusal('This button is not known to this version of the bot. Nothing was run. Type the command instead.'),
  );
}

function whisper(view: View): ClickAnswer {
  return { kind: 'whisper', view };
}

async function vote(
  deps: ButtonDeps,
  click: Click,
  decision: 'approve' | 'release' | 'withdraw',
): Promise<ClickAnswer> {
  const decided = await deps.requests.decide(click.request, { decision, by: click.user, road: 'button' });
  return decided.ok ? TAKEN : whisper(refusal(decided.refusal.why));
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

/** Runs a suggested command in the name of whoever clicked. */
async function runNext(
  deps: ButtonDeps,
  click: Click,
  { stage, index }: { stage: string; index: number },
): Promise<ClickAnswer> {
  const request = await deps.store.load(click.request);
  if (!request) return whisper(refusal(gone(click.request).why));
  const words = suggestions(request, stage)[index];
  const split = words === undefined ? null : splitWords(words);
  if (!split?.ok)
    return whisper(refusal('That suggestion is not there any more. Nothing was run. Type the command instead.'));
  return runClicked(deps, click, request, split.args);
}

/** Asks the same again in the name of whoever clicked. */
async function runAgain(deps: ButtonDeps, click: Click): Promise<ClickAnswer> {
  const request = await deps.store.load(click.request);
  if (!request) return whisper(refusal(gone(click.request).why));
  return runClicked(deps, click, request, [...request.operation.split(' '), ...request.words]);
}

/** On the cluster of the request that was clicked, whatever the channel's is by now. */
async function runClicked(deps: ButtonDeps, click: Click, { cluster }: Request, words: Words): Promise<ClickAnswer> {
  const { user, channel, delivery, thread } = click;
  const where = { channel, ...(thread !== undefined && { thread }) };
  const reply = await runWords(deps, { road: 'button', words, cluster, user, delivery, ...where });
  return reply.kind === 'whisper' ? reply : TAKEN;
}

/** The suggested commands of one stage of a request, in the order of their buttons. */
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
