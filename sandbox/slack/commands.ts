/** People type: commands, shortcuts, ordinary messages; and the events that follow from looking at the app. */
import { commandPayload, eventPayload, shortcutPayload } from './payloads';
import { respond, showsCommand } from './respond';
import { type Result, resultOf, type Scene, tell, tickets, undelivered } from './scene';
import type { Store } from './store';
import type { Payload, StoredMessage } from './types';

export interface Typing {
  /** A person's name or id. */
  readonly who: string;
  readonly channel: string;
  readonly text: string;
  readonly threadTs?: string;
}

/** What would be markup arrives as entities, so that a mention of Slack's own can be told from what was typed. */
function escapeSigns(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** With `should_escape`, mentions arrive as ids. */
function escapeMentions(text: string, store: Store): string {
  return text.replace(/(^|\s)([@#])([\w.-]+)/g, (whole, before: string, sign: string, name: string) => {
    const person = sign === '@' ? store.people.find((one) => one.name === name) : undefined;
    const channel = sign === '#' ? store.findChannel(name) : undefined;
    if (person) return `${before}<@${person.id}|${person.name}>`;
    return channel ? `${before}<#${channel.id}|${channel.name}>` : whole;
  });
}

function refusalOf(
  scene: Scene,
  command: string,
  threadTs: string | undefined,
): { error: string; text: string } | undefined {
  if (threadTs !== undefined)
    return { error: 'not_in_threads', text: `${command} is not supported in threads. Sorry!` };
  if (scene.manifest.features.slash_commands?.some((one) => one.command === command)) return undefined;
  return { error: 'unknown_command', text: `${command} is not a valid command.` };
}

/** `text` starts with the slash. Resolves when the app has answered or its three seconds are over. */
export async function typeCommand(scene: Scene, { who, channel, text, threadTs }: Typing): Promise<Result> {
  const { store } = scene.desk;
  const [, command = '', typed = ''] = /^(\/\S*)\s*([\s\S]*)$/.exec(text.trim()) ?? [];
  if (command === '') throw new Error(`a command starts with a slash: ${text}`);
  const user = store.person(who).id;
  const place = store.channel(channel);
  const origin = { who: user, channel: place.id, ts: undefined, threadTs };
  const refusal = refusalOf(scene, command, threadTs);
  if (refusal) {
    tell(scene, origin, refusal.text);
    return undelivered(refusal.error);
  }
  const escapes = scene.manifest.features.slash_commands?.find((one) => one.command === command)?.should_escape;
  const escaped = escapeSigns(typed);
  const sent = { user, channel: place, command, text: escapes ? escapeMentions(escaped, store) : escaped };
  const payload = commandPayload({ ...sent, ...tickets(scene, origin) }, scene.desk);
  const result = resultOf(await scene.courier.deliver({ type: 'slash_commands', payload, about: text.trim() }));
  if (result.delivered && showsCommand(result.ackBody)) {
    store.post({ channel: place.id, author: user, text: text.trim() });
  }
  const error = result.error ?? (result.ackBody === undefined ? undefined : respond(store, origin, result.ackBody));
  if (error === undefined) return result;
  tell(scene, origin, `${command} failed with the error "${error}"`);
  return { ...result, error };
}

/** An ordinary message of a person. The app is not told. */
export function say({ desk: { store } }: Scene, { who, channel, text, threadTs }: Typing): StoredMessage {
  return store.post({ channel: store.channel(channel).id, author: store.person(who).id, text, threadTs });
}

export interface ShortcutUse {
  readonly who: string;
  readonly callbackId: string;
  /** For a message shortcut. */
  readonly channel?: string;
  readonly ts?: string;
}

export async function useShortcut(scene: Scene, { who, callbackId, channel, ts }: ShortcutUse): Promise<Result> {
  const declared = scene.manifest.features.shortcuts?.find((one) => one.callback_id === callbackId);
  if (!declared) throw new Error(`the manifest declares no shortcut ${callbackId}`);
  const { store } = scene.desk;
  const user = store.person(who).id;
  const place = channel === undefined ? undefined : store.channel(channel);
  const message = place && ts !== undefined ? store.find(place.id, ts) : undefined;
  if ((declared.type === 'message') !== (message !== undefined)) {
    throw new Error(`${callbackId} is a ${declared.type} shortcut`);
  }
  const origin = { who: user, channel: place?.id, ts: undefined, threadTs: message?.threadTs };
  const { triggerId, responseUrl } = tickets(scene, origin);
  const on = message && place ? { on: { message, channel: place, responseUrl } } : {};
  const payload = shortcutPayload({ user, callbackId, triggerId, ...on }, scene.desk);
  const result = resultOf(
    await scene.courier.deliver({ type: 'interactive', payload, about: `shortcut ${callbackId}` }),
  );
  if (result.error) tell(scene, origin, `${declared.name} failed with the error "${result.error}"`);
  return result;
}

/** Any event that the manifest subscribes to. Slack's later retries are not imitated. */
export async function sendEvent(scene: Scene, event: Payload & { readonly type: string }): Promise<Result> {
  if (!scene.manifest.settings?.event_subscriptions?.bot_events?.includes(event.type)) {
    throw new Error(`the manifest does not subscribe to ${event.type}`);
  }
  return resultOf(await scene.courier.deliver({ type: 'events_api', payload: eventPayload(event), about: event.type }));
}

export function openHome(scene: Scene, who: string): Promise<Result> {
  const user = scene.desk.store.person(who).id;
  return sendEvent(scene, { type: 'app_home_opened', user, channel: scene.desk.store.dm(user).id, tab: 'home' });
}
