import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import {
  App,
  type BlockAction,
  type ButtonAction,
  HTTPReceiver,
  type SlashCommand,
  SocketModeReceiver,
  type ViewOutput,
  type ViewSubmitAction,
} from '@slack/bolt';
import type { KnownBlock, ModalView } from '@slack/types';
import type { View } from '../handlers/view';
import { splitWords } from '../handlers/words';
import { drawSaid } from './blocks';
import { type ButtonDeps, handleClick } from './buttons';
import type { ClickAnswer } from './clicks';
import { handleCommand, notConfirmed, ONLY_YOU, type Reply, refusal } from './commands';
import type { Config } from './config';
import { asksToEnrol, enrol } from './enrol-form';
import type { Log } from './log';
import type { Metrics } from './metrics';
import { answerTo, valuesOf } from './modals';
import type { Outbox } from './outbox';
import { postHere } from './results';
import type { Slack } from './slack';
import { handleSubmission, notConfirmedIn } from './submissions';

/** Slack's side of the bot: Bolt receives, everything else decides. Acknowledges first, always. */
export interface AppDeps extends ButtonDeps {
  readonly slack: Slack;
  readonly outbox: Outbox;
  readonly metrics: Metrics;
  readonly log: Log;
  /** What was acknowledged and is not done yet; a stopping process waits for it. */
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

/** Slack waits for 3 000. */
const MOST_DECIDING_MS = 2_500;

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
  for (const system of SYSTEMS) {
    app.command(`/${system}`, async ({ command, ack }) => ack(await onCommand(deps, system, command)));
  }
  app.action<BlockAction<ButtonAction>>({ type: 'block_actions' }, async ({ body, action, ack }) => {
    const done = deps.underWay.during(onClick(deps, body, action));
    // Decided first: a bot that is killed in between must not have told Slack that the click was taken.
    await Promise.race([done, setTimeout(MOST_DECIDING_MS, null, { ref: false })]);
    await ack();
    await done;
  });
  app.view<ViewSubmitAction>({ type: 'view_submission' }, async ({ body, view, ack }) => {
    const answer = await onForm(deps, body, view);
    await (answer ? ack(answer) : ack());
  });
  // Nothing of ours, but Slack shows a warning to whoever is left without an answer.
  app.shortcut(/.*/, async ({ ack }) => ack());
  app.error(async (error) => deps.log.error({ error }, 'listener failed'));
  return app;
}

/** Every slash command of the manifest. One whose system is not configured says so. */
export const SYSTEMS = ['openio', 'distkv', 'palm', 'ops'] as const;

/** The body of the acknowledgement: empty when the channel gets a message, otherwise words for the one who typed. */
async function onCommand(deps: AppDeps, system: string, command: SlashCommand) {
  const split = splitWords(command.text);
  if (split.ok && asksToEnrol([system, ...split.args])) return onEnrolment(deps, command);
  const end = deps.metrics.ack.startTimer();
  const {
    text,
    user_id: user,
    channel_id: channel,
    team_id: team,
    trigger_id: trigger,
    response_url: responseUrl,
  } = command;
  const reply = await inTime(
    deps,
    handleCommand(deps, { system, text, user, channel, delivery: `command ${team} ${trigger || randomUUID()}` }),
    system,
  );
  end({ reply: reply.kind });
  if (reply.kind === 'whisper') return whisper(reply.view);
  deps.outbox.rememberResponseUrl(reply.request.id, responseUrl);
  return reply.request.isPrivate ? whisper(ONLY_YOU, [postHere(reply.request)]) : undefined;
}

/** The body of the acknowledgement: empty when the form is open. */
async function onEnrolment(deps: AppDeps, { user_id: user, channel_id: channel, trigger_id: trigger }: SlashCommand) {
  const answer = await enrol(deps, { user, channel }).catch((error: unknown) => {
    deps.log.error({ error }, 'enrolment failed');
    return { kind: 'whisper', view: notConfirmed('/ops second-factor enroll') } as const;
  });
  const view = answer.kind === 'form' ? await openForm(deps, trigger, answer.form) : viewOf(answer);
  return view ? whisper(view) : undefined;
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

async function onClick(deps: AppDeps, body: BlockAction<ButtonAction>, action: ButtonAction): Promise<void> {
  const channel = body.channel?.id ?? body.container.channel_id ?? '';
  const ts = body.message?.ts ?? body.container.message_ts ?? '';
  const thread = body.message?.thread_ts;
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
  const sent = await deps.slack.whisper(body.response_url, drawSaid(view));
  if (sent.kind !== 'ok') deps.log.error({ request: action.value, answer: sent }, 'click not answered');
}

function viewOf(answer: ClickAnswer): View | null {
  return answer.kind === 'whisper' ? answer.view : null;
}

/** Null, or words for the person whose form could not be shown. */
async function openForm(deps: AppDeps, trigger: string, form: ModalView): Promise<View | null> {
  const opened = await deps.slack.openForm(trigger, form);
  if (opened.kind === 'ok') return null;
  deps.log.error({ answer: opened, form: form.callback_id }, 'form not opened');
  return refusal('Slack did not show the form in time. Nothing was decided. Press the button again.');
}

/** The body of the acknowledgement: nothing closes the form. */
async function onForm(deps: AppDeps, body: ViewSubmitAction, view: ViewOutput) {
  const values = valuesOf(view.state.values);
  const submission = {
    callback: view.callback_id,
    about: view.private_metadata,
    values,
    user: body.user.id,
    delivery: ['form', body.team?.id, view.id, view.hash, body.user.id].join(' '),
  };
  const taken = deps.underWay.during(handleSubmission(deps, submission));
  const late = setTimeout(MOST_DECIDING_MS, notConfirmedIn(values), { ref: false });
  return answerTo(await Promise.race([taken, late]));
}
