import type { View } from '../handlers/view';
import { splitWords } from '../handlers/words';
import { type Decision, decidedOf, type Request } from '../jobs/request';
import { gone, type Store } from '../jobs/store';
import { type CommandDeps, notConfirmed, refusal, runWords } from './commands';
import { outcomeView } from './message';
import type { People } from './people';

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
  readonly people: People;
}

/** What only the person who clicked sees, or null when the message itself is the answer. A click is never silent. */
export async function handleClick(deps: ButtonDeps, click: Click): Promise<View | null> {
  try {
    if (click.action === 'approve' || click.action === 'deny' || click.action === 'withdraw')
      return await vote(deps, click, click.action);
    const next = /^next_(preview|result|recheck)_(\d{1,2})$/.exec(click.action);
    if (next) return await runNext(deps, click, { stage: next[1] ?? '', index: Number(next[2]) });
    return refusal('This button is not known to this version of the bot. Nothing was run. Type the command instead.');
  } catch (error) {
    deps.onError(error, click.request);
    return notConfirmed('your click');
  }
}

async function vote(deps: ButtonDeps, click: Click, decision: Decision): Promise<View | null> {
  const membership = await deps.people.membership(click.user);
  const decided = await deps.requests.decide(click.request, { decision, by: click.user, membership });
  return decided.ok ? null : refusal(decided.refusal.why);
}

/** Runs a suggested command in the name of whoever clicked. */
async function runNext(
  deps: ButtonDeps,
  click: Click,
  { stage, index }: { stage: string; index: number },
): Promise<View | null> {
  const request = await deps.store.load(click.request);
  if (!request) return refusal(gone(click.request).why);
  const words = suggestions(request, stage)[index];
  const split = words === undefined ? null : splitWords(words);
  if (!split?.ok) return refusal('That suggestion is not there any more. Nothing was run. Type the command instead.');
  const { user, channel, delivery, thread } = click;
  const reply = await runWords(deps, {
    words: split.args,
    user,
    channel,
    delivery,
    ...(thread !== undefined && { thread }),
  });
  return reply.kind === 'whisper' ? reply.view : null;
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
