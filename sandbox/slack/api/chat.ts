import { z } from 'zod';
import { checkMessage, describeProblem } from '../check';
import { type Block, messageBlocks } from '../check/blocks';
import { BOT } from '../identity';
import { messagePayload } from '../message-payload';
import type { Store } from '../store';
import type { Channel, StoredMessage } from '../types';
import { type Desk, defineMethod, flag, type Method, nested, type Reply, refuse, refuseWith, word } from './method';

/** Accepted and without effect here: they change how Slack unfurls and formats. */
const ignored = {
  unfurl_links: flag.optional(),
  unfurl_media: flag.optional(),
  link_names: flag.optional(),
  mrkdwn: flag.optional(),
  parse: z.enum(['none', 'full']).optional(),
  metadata: nested.optional(),
};

const content = { text: z.string().optional(), blocks: nested.optional() };

interface Content {
  readonly text: string;
  readonly blocks: readonly Block[];
}
type Refused = Extract<Reply, { ok: false }>;
type Checked = { readonly ok: true; readonly content: Content } | Refused;

/** The content of a message, or Slack's refusal of it. */
export function checkContent(text: unknown, blocks: unknown): Checked {
  if (blocks !== undefined && !Array.isArray(blocks)) return { ok: false, error: 'invalid_blocks_format' };
  const [first, ...others] = checkMessage(blocks, text);
  if (first) {
    const complaints = [first, ...others].map(describeProblem);
    return { ...refuseWith(first.error, complaints), ok: false, error: first.error };
  }
  return {
    ok: true,
    content: { text: typeof text === 'string' ? text : '', blocks: messageBlocks.parse(blocks ?? []) },
  };
}

/** A user id stands for the direct messages with that person. */
export function conversation(store: Store, given: string): Channel | undefined {
  if (store.people.some((one) => one.id === given)) return store.dm(given);
  return store.findChannel(given);
}

/** Why the app may not write there: it was not invited, or nobody writes there any more. */
export function closedTo(channel: Channel): string | undefined {
  if (channel.isArchived) return 'is_archived';
  return channel.isMember ? undefined : 'not_in_channel';
}

function threadProblem(desk: Desk, channel: Channel, threadTs: string | undefined): boolean {
  if (threadTs === undefined) return false;
  const parent = desk.store.find(channel.id, threadTs);
  return !parent || parent.audience !== undefined;
}

const postMessage = defineMethod({
  scopes: ['chat:write'],
  tier: 'post',
  args: z.strictObject({
    channel: word,
    ...content,
    thread_ts: word.optional(),
    reply_broadcast: flag.optional(),
    ...ignored,
  }),
  run: (args, desk) => {
    const channel = conversation(desk.store, args.channel);
    if (!channel) return refuse('channel_not_found');
    const closed = closedTo(channel);
    if (closed) return refuse(closed);
    const checked = checkContent(args.text, args.blocks);
    if (!checked.ok) return checked;
    if (threadProblem(desk, channel, args.thread_ts)) return refuse('thread_not_found');
    const message = desk.store.post({
      ...checked.content,
      channel: channel.id,
      author: BOT.user,
      threadTs: args.thread_ts,
    });
    return { ok: true, channel: channel.id, ts: message.ts, message: messagePayload(message, desk) };
  },
});

const postEphemeral = defineMethod({
  scopes: ['chat:write'],
  tier: 'tier4',
  args: z.strictObject({ channel: word, user: word, ...content, thread_ts: word.optional(), ...ignored }),
  run: (args, desk) => {
    const channel = conversation(desk.store, args.channel);
    if (!channel) return refuse('channel_not_found');
    const closed = closedTo(channel);
    if (closed) return refuse(closed);
    if (!desk.store.people.some((one) => one.id === args.user)) return refuse('user_not_in_channel');
    const checked = checkContent(args.text, args.blocks);
    if (!checked.ok) return checked;
    const draft = { ...checked.content, channel: channel.id, author: BOT.user, threadTs: args.thread_ts };
    return { ok: true, message_ts: desk.store.post({ ...draft, audience: args.user }).ts };
  },
});

/** A message that the app may change: its own, and not an ephemeral one. */
function own(
  desk: Desk,
  channel: string,
  ts: string,
  denied: string,
): { readonly ok: true; readonly message: StoredMessage } | Refused {
  const place = desk.store.findChannel(channel);
  if (!place) return { ok: false, error: 'channel_not_found' };
  const closed = closedTo(place);
  if (closed) return { ok: false, error: closed };
  const message = desk.store.find(channel, ts);
  if (!message || message.audience !== undefined) return { ok: false, error: 'message_not_found' };
  return message.author === BOT.user ? { ok: true, message } : { ok: false, error: denied };
}

/** Without `blocks` the old ones stay; an empty list takes them away. */
const update = defineMethod({
  scopes: ['chat:write'],
  tier: 'update',
  args: z.strictObject({ channel: word, ts: word, ...content, reply_broadcast: flag.optional(), ...ignored }),
  run: (args, desk) => {
    const found = own(desk, args.channel, args.ts, 'cant_update_message');
    if (!found.ok) return found;
    const { message } = found;
    const checked = checkContent(args.text, args.blocks);
    if (!checked.ok) return checked;
    const { text, blocks } = checked.content;
    desk.store.edit(message, { text, blocks: args.blocks === undefined ? message.blocks : blocks });
    return { ok: true, channel: args.channel, ts: args.ts, text, message: messagePayload(message, desk) };
  },
});

const remove = defineMethod({
  scopes: ['chat:write'],
  tier: 'tier3',
  args: z.strictObject({ channel: word, ts: word }),
  run: (args, desk) => {
    const found = own(desk, args.channel, args.ts, 'cant_delete_message');
    if (!found.ok) return found;
    desk.store.remove(found.message);
    return { ok: true, channel: args.channel, ts: args.ts };
  },
});

const getPermalink = defineMethod({
  tier: 'tier4',
  args: z.strictObject({ channel: word, message_ts: word }),
  run: (args, desk) => {
    if (!desk.store.findChannel(args.channel)) return refuse('channel_not_found');
    const message = desk.store.find(args.channel, args.message_ts);
    if (!message || message.audience !== undefined) return refuse('message_not_found');
    const thread = message.threadTs === undefined ? '' : `?thread_ts=${message.threadTs}&cid=${args.channel}`;
    const permalink = `${desk.origin()}/archives/${args.channel}/p${message.ts.replace('.', '')}${thread}`;
    return { ok: true, channel: args.channel, permalink };
  },
});

export const chat: Readonly<Record<string, Method>> = {
  'chat.postMessage': postMessage,
  'chat.postEphemeral': postEphemeral,
  'chat.update': update,
  'chat.delete': remove,
  'chat.getPermalink': getPermalink,
};
