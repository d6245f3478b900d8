/** The payloads that Slack sends to an app. */
import type { BlockElement } from './check/blocks';
import { APP_ID, BOT, randomId, TEAM } from './identity';
import { messagePayload } from './message-payload';
import type { Store } from './store';
import type { Channel, Payload, StoredMessage } from './types';

/** Legacy verification token; apps check the signature instead. */
const TOKEN = 'sandbox';
const team = { id: TEAM.id, domain: TEAM.domain };

export interface Around {
  readonly store: Store;
  readonly origin: () => string;
}

export interface Typed {
  readonly user: string;
  readonly channel: Channel;
  readonly command: string;
  readonly text: string;
  readonly triggerId: string;
  readonly responseUrl: string;
}

export function commandPayload(typed: Typed, { store }: Around): Payload {
  return {
    token: TOKEN,
    team_id: TEAM.id,
    team_domain: TEAM.domain,
    channel_id: typed.channel.id,
    channel_name: typed.channel.kind === 'dm' ? 'directmessage' : typed.channel.name,
    user_id: typed.user,
    user_name: store.nameOf(typed.user),
    command: typed.command,
    text: typed.text,
    api_app_id: APP_ID,
    is_enterprise_install: 'false',
    response_url: typed.responseUrl,
    trigger_id: typed.triggerId,
  };
}

function userPayload(user: string, store: Store): Payload {
  const name = store.nameOf(user);
  return { id: user, username: name, name, team_id: TEAM.id };
}

function about(user: string, { store }: Around): Payload {
  const app = { token: TOKEN, api_app_id: APP_ID, team, enterprise: null, is_enterprise_install: false };
  return { user: userPayload(user, store), ...app };
}

export interface Used {
  readonly user: string;
  readonly element: BlockElement;
  readonly blockId: string;
  /** What was chosen, in Slack's fields (`value`, `selected_option`, …). */
  readonly chosen: Payload;
  readonly triggerId: string;
}

function actionPayload({ element, blockId, chosen }: Used): Payload {
  const { type } = element;
  const label = 'text' in element ? { text: element.text } : {};
  const style = 'style' in element && element.style ? { style: element.style } : {};
  const actionId = 'action_id' in element ? element.action_id : undefined;
  const action_ts = (Date.now() / 1000).toFixed(6);
  return { action_id: actionId, block_id: blockId, type, ...label, ...style, ...chosen, action_ts };
}

interface Clicked extends Used {
  readonly message: StoredMessage;
  readonly channel: Channel;
  readonly responseUrl: string;
}

export function clickPayload(clicked: Clicked, around: Around): Payload {
  const { message, channel } = clicked;
  const ephemeral = message.audience !== undefined;
  return {
    type: 'block_actions',
    ...about(clicked.user, around),
    trigger_id: clicked.triggerId,
    container: { type: 'message', message_ts: message.ts, channel_id: channel.id, is_ephemeral: ephemeral },
    channel: { id: channel.id, name: channel.kind === 'dm' ? 'directmessage' : channel.name },
    ...(ephemeral ? {} : { message: messagePayload(message, around) }),
    state: { values: {} },
    response_url: clicked.responseUrl,
    actions: [actionPayload(clicked)],
  };
}

export function viewClickPayload(clicked: Used & { readonly view: Payload }, around: Around): Payload {
  return {
    type: 'block_actions',
    ...about(clicked.user, around),
    trigger_id: clicked.triggerId,
    container: { type: 'view', view_id: clicked.view.id },
    view: clicked.view,
    actions: [actionPayload(clicked)],
  };
}

interface Suggesting {
  readonly user: string;
  readonly actionId: string;
  readonly blockId: string;
  readonly value: string;
  readonly view: Payload;
}

/** Somebody types into a menu whose options come from the app. */
export function suggestionPayload({ user, actionId, blockId, value, view }: Suggesting, around: Around): Payload {
  const container = { type: 'view', view_id: view.id };
  return {
    type: 'block_suggestion',
    ...about(user, around),
    container,
    action_id: actionId,
    block_id: blockId,
    value,
    view,
  };
}

interface Submitted {
  readonly type: 'view_submission' | 'view_closed';
  readonly user: string;
  readonly view: Payload;
  readonly triggerId?: string;
}

export function viewPayloadOf({ type, user, view, triggerId }: Submitted, around: Around): Payload {
  const ending = type === 'view_closed' ? { is_cleared: false } : { trigger_id: triggerId, response_urls: [] };
  return { type, ...about(user, around), view, ...ending };
}

interface Shortcut {
  readonly user: string;
  readonly callbackId: string;
  readonly triggerId: string;
  /** Present for a shortcut on a message. */
  readonly on?: { readonly message: StoredMessage; readonly channel: Channel; readonly responseUrl: string };
}

export function shortcutPayload({ user, callbackId, triggerId, on }: Shortcut, around: Around): Payload {
  const common = { ...about(user, around), callback_id: callbackId, trigger_id: triggerId };
  const action_ts = (Date.now() / 1000).toFixed(6);
  if (!on) return { type: 'shortcut', ...common, action_ts };
  return {
    type: 'message_action',
    ...common,
    action_ts,
    message_ts: on.message.ts,
    channel: { id: on.channel.id, name: on.channel.name },
    message: messagePayload(on.message, around),
    response_url: on.responseUrl,
  };
}

export function eventPayload(event: Payload): Payload {
  return {
    token: TOKEN,
    team_id: TEAM.id,
    api_app_id: APP_ID,
    type: 'event_callback',
    event_id: randomId('Ev'),
    event_time: Math.floor(Date.now() / 1000),
    authorizations: [{ team_id: TEAM.id, user_id: BOT.user, is_bot: true, is_enterprise_install: false }],
    event: { event_ts: (Date.now() / 1000).toFixed(6), ...event },
  };
}
