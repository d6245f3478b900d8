/**
 * The bot that most teams would write in a day: Bolt, BullMQ with its defaults and three attempts, etcd3 with its
 * defaults. It knows who may approve and that nobody approves for themselves. Approvals are a set in Redis.
 */
import type { BlockAction, ButtonAction } from '@slack/bolt';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { clickOf, createChat, footer, newId, type Pending, question } from './chat';

const { REDIS_URL = '', APPROVERS = '', NEEDS = '1' } = process.env;
/** BullMQ's own half minute, shortened like all other times of the harness. */
const LOCK_MS = 600;

const { app, etcd, listen } = createChat();
const redis = new Redis(REDIS_URL, { maxRetriesPerRequest: null });
redis.on('error', () => undefined);
const { hostname: host, port } = new URL(REDIS_URL);
const connection = { host, port: Number(port) };
const queue = new Queue<Pending & { readonly ts: string }>('purges', { connection });
queue.on('error', () => undefined);

app.command('/palm', async ({ command, ack, client }) => {
  await ack();
  const [verb, uuid = ''] = command.text.split(' ');
  const record = await etcd.get(`/servers/${uuid}`).string();
  const pending: Pending = { id: newId(), uuid, requester: command.user_id, channel: command.channel_id };
  if (verb !== 'purge' || record === null) {
    const text = `${record ?? `there is no ${uuid}`}\nOutcome: answered.\n${footer(pending)}`;
    await client.chat.postMessage({ channel: command.channel_id, text });
    return;
  }
  await redis.set(`pending:${pending.id}`, JSON.stringify(pending));
  const buttons = [
    ['approve', 'Approve'],
    ['deny', 'Deny'],
  ] as const;
  await client.chat.postMessage({ channel: command.channel_id, ...question(pending, `Delete ${record}?`, buttons) });
});

async function mayApprove(user: string): Promise<boolean> {
  const listed = APPROVERS.split(',');
  if (listed.includes(user)) return true;
  const groups = listed.filter((id) => id.startsWith('S'));
  const members = await Promise.all(
    groups.map(
      async (usergroup) =>
        (await app.client.usergroups.users.list({ token: process.env.SLACK_BOT_TOKEN ?? '', usergroup })).users ?? [],
    ),
  );
  return members.flat().includes(user);
}

app.action<BlockAction<ButtonAction>>(
  { type: 'block_actions', action_id: 'approve' },
  async ({ body, action, ack, respond, client }) => {
    await ack();
    const { id, user, ts } = clickOf(body, action);
    const stored = await redis.get(`pending:${id}`);
    if (stored === null) return void (await respond({ text: 'It is not waiting any more.', replace_original: false }));
    const pending = JSON.parse(stored) as Pending;
    if (user === pending.requester || !(await mayApprove(user)))
      return void (await respond({ text: 'You may not approve this.', replace_original: false }));
    await redis.sadd(`approvals:${id}`, user);
    if ((await redis.scard(`approvals:${id}`)) < Number(NEEDS))
      return void (await respond({ text: 'Counted; one more is needed.', replace_original: false }));
    await redis.del(`pending:${id}`);
    await client.chat.update({
      channel: pending.channel,
      ts,
      text: `Running: ${pending.uuid}\n${footer(pending)}`,
      blocks: [],
    });
    await queue.add('purge', { ...pending, ts }, { attempts: 3 });
  },
);

app.action<BlockAction<ButtonAction>>(
  { type: 'block_actions', action_id: 'deny' },
  async ({ body, action, ack, client }) => {
    await ack();
    const { id, user, ts } = clickOf(body, action);
    const stored = await redis.getdel(`pending:${id}`);
    if (stored === null) return;
    const pending = JSON.parse(stored) as Pending;
    await client.chat.update({
      channel: pending.channel,
      ts,
      text: `Denied by <@${user}>\n${footer(pending)}`,
      blocks: [],
    });
  },
);

const worker = new Worker<Pending & { readonly ts: string }>(
  'purges',
  async ({ data }) => {
    await etcd.delete().key(`/servers/${data.uuid}`);
    const text = `Deleted ${data.uuid}.\nOutcome: succeeded.\n${footer(data)}`;
    await app.client.chat.update({
      token: process.env.SLACK_BOT_TOKEN ?? '',
      channel: data.channel,
      ts: data.ts,
      text,
      blocks: [],
    });
  },
  { connection: { ...connection, maxRetriesPerRequest: null }, lockDuration: LOCK_MS, stalledInterval: LOCK_MS },
);
worker.on('error', () => undefined);
worker.on('failed', (job) => {
  if (!job || job.attemptsMade < 3) return;
  const text = `Not deleted: ${job.data.uuid}.\nOutcome: failed.\n${footer(job.data)}`;
  void app.client.chat.update({
    token: process.env.SLACK_BOT_TOKEN ?? '',
    channel: job.data.channel,
    ts: job.data.ts,
    text,
    blocks: [],
  });
});

void listen();
