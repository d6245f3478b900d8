import { setTimeout } from 'node:timers/promises';
import type {
  BlockAction,
  ButtonAction,
  MessageShortcut,
  SlashCommand,
  StaticSelectAction,
  ViewOutput,
  ViewSubmitAction,
} from '@slack/bolt';
import type { ModalView } from '@slack/types';
import type { View } from '../../handlers/view';
import { changedForm, threadForm } from '../forms/ask';
import { enrol } from '../forms/enrol-form';
import { drawInForm } from '../forms/in-form';
import { answerTo, modal, type Submitted, valuesOf } from '../forms/modals';
import { handleSubmission, notConfirmedIn } from '../forms/submissions';
import type { Suggester } from '../forms/suggest';
import type { Home } from '../home/home';
import { actionOf } from '../home/home-view';
import type { Log } from '../log';
import type { Slack } from '../outbox/slack';
import { drawSaid } from '../view/blocks';
import { cut } from '../view/canvas';
import { LIMITS } from '../view/limits';
import { type ButtonDeps, handleClick } from './buttons';
import { notConfirmed, type Reply, refusal } from './commands';

/** What Slack delivers of forms and shortcuts: into our own words, and the answer back into Slack's. */
export interface ReceiveDeps extends ButtonDeps {
  readonly slack: Slack;
  readonly suggester: Suggester;
  readonly home: Home;
  readonly log: Log;
  /** What was acknowledged and is not done yet; a stopping process waits for it. */
  readonly underWay: { during<T>(work: Promise<T>): Promise<T> };
}

/** Slack waits for 3 000. */
export const MOST_DECIDING_MS = 2_500;

/** Null, or words for the person whose form could not be shown. */
export async function openForm(deps: ReceiveDeps, trigger: string, form: ModalView): Promise<View | null> {
  const opened = await deps.slack.openForm(trigger, form);
  if (opened.kind === 'ok') return null;
  deps.log.error({ answer: opened, form: form.callback_id }, 'form not opened');
  return refusal('Slack did not show the form in time. Nothing was decided. Try again, or type the command.');
}

/** The body of the acknowledgement, which closes the form when it is empty; and what follows after that. */
export async function onForm(deps: ReceiveDeps, body: ViewSubmitAction, view: ViewOutput) {
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
  const submitted = await Promise.race([taken, late]);
  const after = () => Promise.all([follow(deps, view.id, submitted), deps.home.acted(body.user.id)]);
  return { answer: answerTo(submitted), after };
}

async function follow(deps: ReceiveDeps, view: string, submitted: Submitted): Promise<void> {
  if (submitted.kind !== 'next' || !submitted.later) return;
  await update(deps, { id: view }, await submitted.later);
}

/** A button of the Home tab: as in a message, but for nobody else's eyes. What a message would whisper is said in a form. */
export async function onHomeClick(deps: ReceiveDeps, body: BlockAction, action: ButtonAction): Promise<void> {
  const user = body.user.id;
  const answer = await handleClick(deps, {
    action: actionOf(action.action_id),
    request: action.value ?? '',
    user,
    // Not where the request was asked: whoever clicks may not be in that channel.
    channel: user,
    ts: '',
    isHome: true,
    delivery: ['home', body.team?.id, action.action_id, action.action_ts, user].join(' '),
  });
  const form = answer.kind === 'whisper' ? saidInForm(answer.view) : answer.kind === 'form' ? answer.form : null;
  const problem = form && (await openForm(deps, body.trigger_id, form));
  if (problem) await tellAlone(deps, user, answer.kind === 'whisper' ? answer.view : problem);
  await deps.home.acted(user);
}

/** Where no form can be shown any more, a direct message still can. */
async function tellAlone(deps: ReceiveDeps, user: string, view: View): Promise<void> {
  const sent = await deps.slack.post({ channel: user }, drawSaid(view));
  if (sent.kind !== 'ok') deps.log.error({ answer: sent, user }, 'click not answered');
}

function saidInForm(view: View): ModalView {
  return modal({ callback: 'notice', about: '', title: cut(view.title, LIMITS.view.title), blocks: drawInForm(view) });
}

/** A menu of a form that changes the form itself. */
export async function onPick(
  deps: ReceiveDeps,
  view: ViewOutput,
  action: ButtonAction | StaticSelectAction,
): Promise<void> {
  const value = 'selected_option' in action ? action.selected_option?.value : action.value;
  const form = { about: view.private_metadata, values: valuesOf(view.state.values) };
  const changed = await changedForm(deps, form, { action: action.action_id, value: value ?? '' });
  if (changed) await update(deps, { id: view.id, hash: view.hash }, changed);
}

async function update(deps: ReceiveDeps, view: Parameters<Slack['updateForm']>[0], form: ModalView): Promise<void> {
  const updated = await deps.slack.updateForm(view, form);
  // Another pick was quicker. Should the form not be of what its menu shows, it says so when it is sent.
  if (updated.kind === 'refused' && updated.error === 'hash_conflict') return;
  // Whoever has closed it in the meantime does not miss it.
  if (updated.kind !== 'ok') deps.log.warn({ answer: updated, form: form.callback_id }, 'form not updated');
}

/** *Run a diagnostic here*: a form for the thread of the message. */
export async function onShortcut(deps: ReceiveDeps, shortcut: MessageShortcut): Promise<void> {
  const thread = shortcut.message.thread_ts;
  const where = { channel: shortcut.channel.id, thread: typeof thread === 'string' ? thread : shortcut.message_ts };
  const problem = await openForm(deps, shortcut.trigger_id, threadForm(deps.clusters, where));
  if (!problem) return;
  const within = where.thread === shortcut.message_ts ? undefined : where.thread;
  const sent = await deps.slack.whisper(shortcut.response_url, drawSaid(problem), within);
  if (sent.kind !== 'ok') deps.log.error({ answer: sent }, 'shortcut not answered');
}

/** A command alone is acknowledged at once, and its form follows; where that fails, its help is said instead. */
export async function onFormCommand(
  deps: ReceiveDeps,
  command: { readonly trigger_id: string; readonly response_url: string },
  { form, instead }: { readonly form: ModalView; readonly instead: () => Promise<Reply> },
): Promise<void> {
  if ((await openForm(deps, command.trigger_id, form)) === null) return;
  const reply = await instead();
  if (reply.kind === 'whisper') await tellTyped(deps, command, reply.view);
}

/** Acknowledged at once, too: Redis and Slack together may take longer than Slack waits. */
export async function onEnrolCommand(
  deps: ReceiveDeps,
  command: Pick<SlashCommand, 'user_id' | 'channel_id' | 'trigger_id' | 'response_url'>,
): Promise<void> {
  const { user_id: user, channel_id: channel, trigger_id: trigger } = command;
  const answer = await enrol(deps, { user, channel }).catch((error: unknown) => {
    deps.log.error({ error }, 'enrolment failed');
    return { kind: 'whisper', view: notConfirmed('/ops second-factor enroll') } as const;
  });
  const problem = answer.kind === 'form' ? await openForm(deps, trigger, answer.form) : null;
  const view = answer.kind === 'whisper' ? answer.view : problem;
  if (view) await tellTyped(deps, command, view);
}

async function tellTyped(
  deps: ReceiveDeps,
  { response_url: url }: { readonly response_url: string },
  view: View,
): Promise<void> {
  const sent = await deps.slack.whisper(url, drawSaid(view));
  if (sent.kind !== 'ok') deps.log.error({ answer: sent }, 'command not answered');
}
