/**
 * How Hubot's command bus confirms, modelled after what it was seen to do: the command is echoed, and the one who typed it
 * says yes. What waits is kept in memory, for five minutes, and is taken out before it runs. A yes of anybody else meets
 * silence. One process, since Hubot is one. The yes is a button here, because the harness presses buttons.
 */
import type { BlockAction, ButtonAction } from '@slack/bolt';
import { clickOf, createChat, footer, newId, type Pending, question } from './chat';

const FIVE_MINUTES_MS = 300_000;

const { app, etcd, listen } = createChat();
const waiting = new Map<string, Pending>();

app.command('/palm', async ({ command, ack, client }) => {
  await ack();
  const [verb, uuid = ''] = command.text.split(' ');
  const pending: Pending = { id: newId(), uuid, requester: command.user_id, channel: command.channel_id };
  if (verb !== 'purge') {
    const text = `${await etcd.get(`/servers/${uuid}`).string()}\nOutcome: answered.\n${footer(pending)}`;
    await client.chat.postMessage({ channel: command.channel_id, text });
    return;
  }
  waiting.set(pending.id, pending);
  setTimeout(() => waiting.delete(pending.id), FIVE_MINUTES_MS).unref();
  const buttons = [
    ['approve', 'Yes'],
    ['withdraw', 'No'],
  ] as const;
  await client.chat.postMessage({
    channel: command.channel_id,
    ...question(pending, `palm purge ${uuid}. Are you sure?`, buttons),
  });
});

app.action<BlockAction<ButtonAction>>({ type: 'block_actions' }, async ({ body, action, ack, client }) => {
  await ack();
  const { id, user, ts } = clickOf(body, action);
  const pending = waiting.get(id);
  if (pending?.requester !== user) return;
  waiting.delete(id);
  const end = (text: string) =>
    client.chat.update({ channel: pending.channel, ts, text: `${text}\n${footer(pending)}`, blocks: [] });
  if (action.action_id === 'withdraw') return void (await end(`Withdrawn by <@${user}>`));
  try {
    await etcd.delete().key(`/servers/${pending.uuid}`);
    await end(`Deleted ${pending.uuid}.\nOutcome: succeeded.`);
  } catch {
    await end('Outcome: failed.');
  }
});

void listen();
