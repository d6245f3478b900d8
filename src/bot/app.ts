import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import {
  App,
  type BlockAction,
  type ButtonAction,
  HTTPReceiver,
  type MessageShortcut,
  type SlashCommand,
  SocketModeReceiver,
  type StaticSelectAction,
  type ViewSubmitAction,
} from '@slack/bolt';
import type { KnownBlock } from '@slack/types';
import type { View } from '../handlers/view';
import { splitWords } from '../handlers/words';
import type { Directory } from '../jobs/store/directory';
import type { Config } from './config/config';
import { commandForm } from './forms/ask';
import { asksToEnrol } from './forms/enrol-form';
import { postHere } from './message/results';
import type { Metrics } from './metrics';
import type { Outbox } from './outbox/outbox';
import { handleClick } from './receive/buttons';
import type { ClickAnswer } from './receive/clicks';
import { asTyped, handleCommand, notConfirmed, ONLY_YOU, type Reply } from './receive/commands';
import { namesIn } from './receive/names';
import {
  MOST_DECIDING_MS,
  onEnrolCommand,
  onForm,
  onFormCommand,
  onHomeClick,
  onPick,
  onShortcut,
  openForm,
  type ReceiveDeps,
} from './receive/receive';
import { drawSaid } from './view/blocks';

/** Slack's side of the bot: Bolt receives, everything else decides. Acknowledges first, always. */
export interface AppDeps extends ReceiveDeps {
  readonly outbox: Outbox;
  readonly metrics: Metrics;
  readonly directory: Pick<Directory, 'note'>;
  readonly underWay: UnderWay;
}

export interface UnderWay {
  during<T>(work: Promise<T>): Promise<T>;
  /** Resolves when nothing is under way, or after this time. */
  ended(mostMs: number): Promise<void>;
}

export function createUnderWay(): UnderWay {
  const works = new Set<Promise<unknown>>();
  return {
    during: (work) => {
      works.add(work);
      return work.finally(() => works.delete(work));
    },
    ended: async (mostMs) => {
      await Promise.race([Promise.allSettled(works), setTimeout(mostMs, null, { ref: false })]);
    },
  };
}

export type Receiver = HTTPReceiver | SocketModeReceiver;

/** Shorter than Bolt's default: Slack recycles links routinely, and the client is deaf for this long at each. */
const CLIENT_PING_TIMEOUT_MS = 2_500;

/** Built by hand: `socketMode: true` would change our own options object and retry every call a hundred times. */
export function createReceiver(slack: Config['slack'], logger: App['logger']): Receiver {
  const { transport, apiUrl } = slack;
  if (transport.kind === 'http') return new HTTPReceiver({ signingSecret: transport.signingSecret, logger });
  return new SocketModeReceiver({
    appToken: transport.appToken,
    clientPingTimeout: CLIENT_PING_TIMEOUT_MS,
    installerOptions: { clientOptions: { slackApiUrl: apiUrl } },
    logger,
  });
}

export function createApp(deps: AppDeps, slack: Config['slack'], receiver: Receiver, logger: App['logger']): App {
  const app = new App({
    receiver,
    logger,
    // One workspace and one token, checked at start: no call of auth.test may stand between a command and its ack.
    authorize: async () => ({ botToken: slack.token }),
    ignoreSelf: false,
    convoStore: false,
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  app.use(async ({ body, next }) => {
    // A courtesy for files that are read outside Slack: nobody waits for it.
    void deps.directory.note(namesIn(body)).catch((error: unknown) => deps.log.warn({ error }, 'names not noted'));
    await next();
  });
  for (const system of SYSTEMS) {
    app.command(`/${system}`, async ({ command, ack }) => ack(await onCommand(deps, system, command)));
  }
  app.action<BlockAction<ButtonAction | StaticSelectAction>>(
    { type: 'block_actions' },
    async ({ body, action, ack }) => {
      if (body.view && body.view.type !== 'home') {
        await ack();
        return deps.underWay.during(onPick(deps, body.view, action));
      }
      if (action.type !== 'button') return ack();
      const done = deps.underWay.during((body.view ? onHomeClick : onClick)(deps, body, action));
      // Decided first: a bot that is killed in between must not have told Slack that the click was taken.
      await Promise.race([done, setTimeout(MOST_DECIDING_MS, null, { ref: false })]);
      await ack();
      await done;
    },
  );
  listenToForms(app, deps);
  app.error(async (error) => deps.log.error({ error }, 'listener failed'));
  return app;
}

function listenToForms(app: App, deps: AppDeps): void {
  app.view<ViewSubmitAction>({ type: 'view_submission' }, async ({ body, view, ack }) => {
    const { answer, after } = await onForm(deps, body, view);
    await (answer ? ack(answer) : ack());
    await deps.underWay.during(after());
  });
  app.options(/.*/, async ({ body, payload, ack }) => {
    const { action_id: field, value: typed } = payload;
    const options = await deps.suggester.suggest({ about: body.view?.private_metadata ?? '', field, typed });
    await ack({ options: [...options] });
  });
  app.event(HOME_OPENED, async ({ event }) => {
    if (event.tab === 'home') await deps.underWay.during(deps.home.opened(event.user));
  });
  app.shortcut<MessageShortcut>({ type: 'message_action', callback_id: RUN_HERE }, async ({ shortcut, ack }) => {
    await ack();
    await deps.underWay.during(onShortcut(deps, shortcut));
  });
}

/** The message shortcut of the manifest. */
export const RUN_HERE = 'run_here';
export const HOME_OPENED = 'app_home_opened';

/** Every slash command of the manifest. One whose system is not configured says so. */
export const SYSTEMS = ['openio', 'distkv', 'palm', 'ops'] as const;

/** The body of the acknowledgement: empty when the channel gets a message, otherwise words for the one who typed. */
async function onCommand(deps: AppDeps, system: string, command: SlashCommand) {
  const text = asTyped(command.text);
  const split = splitWords(text);
  const end = deps.metrics.ack.startTimer();
  if (split.ok && asksToEnrol([system, ...split.args])) {
    void deps.underWay.during(onEnrolCommand(deps, command));
    end({ reply: 'form' });
    return undefined;
  }
  const {
    user_id: user,
    channel_id: channel,
    channel_name: channelName,
    team_id: team,
    trigger_id: trigger,
    response_url: responseUrl,
  } = command;
  const asked = { system, text, user, channel, channelName, delivery: `command ${team} ${trigger || randomUUID()}` };
  const form = commandForm(deps.clusters, asked);
  if (form) {
    void deps.underWay.during(onFormCommand(deps, command, { form, instead: () => handleCommand(deps, asked) }));
    end({ reply: 'form' });
    return undefined;
  }
  const reply = await inTime(deps, handleCommand(deps, asked), system);
  end({ reply: reply.kind });
  if (reply.kind === 'whisper') return whisper(reply.view);
  deps.outbox.rememberResponseUrl(reply.request.id, responseUrl);
  return reply.request.isPrivate ? whisper(ONLY_YOU, [postHere(reply.request)]) : undefined;
}

/** Whatever happens on the way, the person hears of it before Slack gives up. */
async function inTime(deps: AppDeps, reply: Promise<Reply>, system: string): Promise<Reply> {
  const late = new AbortController();
  const timer = setTimeout(MOST_DECIDING_MS, null, { signal: late.signal, ref: false }).catch(() => null);
  try {
    return (
      (await Promise.race([reply, timer])) ?? {
        kind: 'whisper',
        view: notConfirmed(`/${system}`),
        why: 'not confirmed',
      }
    );
  } catch (error) {
    deps.log.error({ error }, 'command failed');
    return { kind: 'whisper', view: notConfirmed(`/${system}`), why: 'not confirmed' };
  } finally {
    late.abort();
  }
}

function whisper(view: View, more: readonly KnownBlock[] = []) {
  const { text, blocks } = drawSaid(view);
  return { response_type: 'ephemeral' as const, text, blocks: [...blocks, ...more] };
}

async function onClick(deps: AppDeps, body: BlockAction, action: ButtonAction): Promise<void> {
  const channel = body.channel?.id ?? body.container.channel_id ?? '';
  const ts = body.message?.ts ?? body.container.message_ts ?? '';
  const thread = threadOf(body, ts);
  const answer = await handleClick(deps, {
    action: action.action_id,
    request: action.value ?? '',
    user: body.user.id,
    channel,
    ts,
    delivery: ['click', body.team?.id, channel, ts, action.action_id, action.action_ts, body.user.id].join(' '),
    ...(thread !== undefined && { thread }),
  });
  const said = { taken: 'taken', whisper: 'refused', form: 'asked more' }[answer.kind];
  deps.metrics.clicks.inc({ action: action.action_id.replace(/_.*/, ''), answer: said });
  const view = answer.kind === 'form' ? await openForm(deps, body.trigger_id, answer.form) : viewOf(answer);
  // An ephemeral message is no message of the request, and cannot be edited.
  if (!body.container.is_ephemeral) await deps.outbox.repaint(action.value ?? '', { channel, ts });
  if (!view) return;
  const sent = await deps.slack.whisper(body.response_url, drawSaid(view), thread);
  if (sent.kind !== 'ok') deps.log.error({ request: action.value, answer: sent }, 'click not answered');
}

/** Slack tells of the first message of a thread as of its answers; only those are in it. */
function threadOf({ message, container }: BlockAction, ts: string): string | undefined {
  const thread: unknown = message?.thread_ts ?? container.thread_ts;
  return typeof thread === 'string' && thread !== ts ? thread : undefined;
}

function viewOf(answer: ClickAnswer): View | null {
  return answer.kind === 'whisper' ? answer.view : null;
}
