import { setTimeout } from 'node:timers/promises';
import { selectAudience } from '../../handlers/audience';
import type { Clusters } from '../../handlers/clusters';
import { capital } from '../../handlers/help';
import type { Words } from '../../handlers/operation';
import { withSwitches } from '../../handlers/switches';
import { type Help, understand } from '../../handlers/understand';
import type { Text, View } from '../../handlers/view';
import { splitWords } from '../../handlers/words';
import type { Request, Road } from '../../jobs/request/request';
import type { Requests } from '../../jobs/requests';
import { NAMELESS } from './names';

/** A command as Slack delivered it. */
export interface Command {
  /** The slash command without its slash: `palm`. */
  readonly system: string;
  readonly text: string;
  readonly user: string;
  readonly channel: string;
  /** As people call it, where Slack tells. */
  readonly channelName?: string;
  /** Names this delivery and its repetitions. */
  readonly delivery: string;
}

/**
 * As it was typed: Slack sends the three signs of its markup as entities wherever they are none of its own. Decoded once,
 * here at the edge.
 */
export function asTyped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** What the person who typed gets at once. `stored`: nothing, unless only that person sees the answer. */
export type Reply =
  | { readonly kind: 'stored'; readonly request: Request }
  | { readonly kind: 'whisper'; readonly view: View; readonly why: Why };
/** Why there is no request: for roads whose answer is more than words. */
export type Why = 'asked for help' | 'not understood' | 'refused' | 'not confirmed';

export interface CommandDeps {
  readonly clusters: Clusters;
  readonly requests: Requests;
  readonly onError: (error: unknown, request: string) => void;
}

/** Answers within Redis' patience, whatever happens: a request that is stored, or words about why not. */
export async function handleCommand(deps: CommandDeps, command: Command): Promise<Reply> {
  const split = splitWords(command.text);
  if (!split.ok) return whisper(notUnderstood(split.problem), 'not understood');
  return runWords(deps, { ...command, road: 'slash', words: [command.system, ...split.args] });
}

export interface WordsAsked {
  readonly road: Road;
  readonly words: Words;
  readonly user: string;
  readonly channel: string;
  readonly channelName?: string;
  readonly delivery: string;
  readonly thread?: string;
  /** The cluster that is meant when the words name none; left out: the channel's. */
  readonly cluster?: string;
}

/** The same road for typed commands and for buttons that stand for one. */
export async function runWords(deps: CommandDeps, asked: WordsAsked): Promise<Reply> {
  const selected = selectAudience(asked.words);
  if (!selected.ok) return whisper(notUnderstood(selected.problem), 'not understood');
  const { words: said, isPrivate, share } = selected.args;
  const audience = { isPrivate, share: channelMeant(asked, share) };
  const understood = understand(deps.clusters, { ...asked, words: said });
  if (understood.kind === 'said') {
    const view = (understood.help && (await helpFor(deps, asked, understood.help))) ?? understood.view;
    return whisper(withSwitches(view, asked.words), whyOf(view));
  }
  const { cluster, operation, words, breakGlass } = understood;
  const { road, user: requester, channel, delivery, thread } = asked;
  try {
    const opened = await deps.requests.open({
      delivery,
      road,
      cluster: cluster.name,
      operation,
      words,
      requester,
      ...(breakGlass !== undefined && { breakGlass }),
      place: { channel, ...(thread !== undefined && { thread }) },
      audience,
    });
    return opened.ok ? { kind: 'stored', request: opened.request } : whisper(refusal(opened.refusal.why), 'refused');
  } catch (error) {
    deps.onError(error, delivery);
    return whisper(notConfirmed(operation.name), 'not confirmed');
  }
}

/** Only Slack knows which channel a name is of; of the one where it was typed, it says so. */
function channelMeant({ channel, channelName = '' }: WordsAsked, typed: string | null): string | null {
  return typed === `#${channelName}` && !NAMELESS.test(channelName) ? channel : typed;
}

/** Who asks for help is not kept waiting for rights: without them everything is listed. */
const MOST_ASKING_MS = 800;

async function helpFor(
  { requests }: CommandDeps,
  { road, user: requester, channel }: WordsAsked,
  { cluster, viewFor }: Help,
): Promise<View | null> {
  const asked = cluster.catalogue.operations.map(async (operation) => {
    const refusal = await requests.objection({ road, cluster: cluster.name, operation, requester, channel });
    return [operation.name, refusal?.why ?? null] as const;
  });
  const late = setTimeout(MOST_ASKING_MS, null, { ref: false });
  const rights = await Promise.race([Promise.all(asked).catch(() => null), late]);
  if (!rights) return null;
  const why = new Map(rights);
  return viewFor(({ name }) => why.get(name) ?? null);
}

function notUnderstood(problem: string): View {
  return { title: 'Nothing was run', tone: 'warning', parts: [{ kind: 'text', text: `${capital(problem)}.` }] };
}

/** Said in the channel to the one who asked; the answer itself comes as a direct message. */
export const ONLY_YOU: View = {
  title: 'Only you will see the answer',
  tone: 'neutral',
  parts: [{ kind: 'text', text: 'It comes as a direct message from me. You can post it here now or later.' }],
};

export function refusal(why: Text): View {
  return { title: 'Refused', tone: 'warning', parts: [{ kind: 'text', text: why }] };
}

/** Redis did not confirm in time. The same command again is another request; the one that may exist changes nothing alone. */
export function notConfirmed(what: string): View {
  return {
    title: 'Not confirmed: nothing was run',
    tone: 'bad',
    parts: [
      {
        kind: 'text',
        text: `Redis did not confirm ${what}, so nothing was run as far as is known. No change ever runs without approval.`,
      },
      { kind: 'text', text: 'Try again in a moment. If it stays like this, look at Redis and at the bot’s /readyz.' },
    ],
  };
}

/** Help is no complaint. */
function whyOf({ tone }: View): Why {
  return tone === 'neutral' ? 'asked for help' : 'not understood';
}

function whisper(view: View, why: Why): Reply {
  return { kind: 'whisper', view, why };
}
