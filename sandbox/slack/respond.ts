/** What an app says back without a token: the body of an ack to a command, and posts to a response URL. */
import { z } from 'zod';
import { checkContent } from './api/chat';
import { BOT } from './identity';
import type { Store } from './store';
import type { Origin } from './triggers';

const answer = z.object({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
});

/** Does what the app asked for. Returns Slack's error when it is refused, or undefined. */
export function respond(store: Store, origin: Origin, body: unknown): string | undefined {
  const parsed = answer.safeParse(body);
  if (!parsed.success) return 'invalid_payload';
  const { text, blocks, response_type, replace_original, delete_original, thread_ts } = parsed.data;
  const original = origin.channel && origin.ts ? store.find(origin.channel, origin.ts) : undefined;
  if (delete_original) {
    if (original) store.remove(original);
    return undefined;
  }
  const checked = checkContent(text, blocks);
  if (!checked.ok) return checked.error;
  if (replace_original && original) {
    store.edit(original, checked.content);
    return undefined;
  }
  if (origin.channel === undefined) return 'no_channel';
  store.post({
    ...checked.content,
    channel: origin.channel,
    author: BOT.user,
    // As Slack: an answer to a click in a thread is in the channel unless the app says otherwise.
    threadTs: thread_ts,
    ...(response_type === 'in_channel' ? {} : { audience: origin.who }),
  });
  return undefined;
}

/** An app that answers a command `in_channel` shows everybody what was typed, too. */
export function showsCommand(body: unknown): boolean {
  return answer.safeParse(body).data?.response_type === 'in_channel';
}
