/** The Web API as a client without an SDK meets it. */

import { createServer, request } from 'node:http';
import type { Workspace } from '../../../sandbox/slack/workspace';
import { closeAll, MANIFEST, openWorkspace, plain } from './support';

afterEach(closeAll);

type Answer = Record<string, unknown> & { readonly ok: boolean; readonly error?: string; readonly ts?: string };

interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Answer;
}

async function call(workspace: Workspace, method: string, args: object = {}, token?: string): Promise<Called> {
  const response = await fetch(workspace.apiUrl + method, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token ?? workspace.botToken}` },
    body: JSON.stringify(args),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? { ok: false } : JSON.parse(text) };
}

const errorOf = async (called: Promise<Called>) => (await called).body.error;
const button = { type: 'actions', elements: [{ type: 'button', action_id: 'go', text: plain('Go') }] };

describe('who may call', () => {
  test('tokens are checked', async () => {
    const workspace = await openWorkspace();
    const bare = await fetch(`${workspace.apiUrl}auth.test`, { method: 'POST' });
    expect(await bare.json()).toMatchObject({ ok: false, error: 'not_authed' });
    expect(await errorOf(call(workspace, 'auth.test', {}, 'xoxb-wrong'))).toBe('invalid_auth');
    expect(await errorOf(call(workspace, 'auth.test', {}, workspace.appToken))).toBe('not_allowed_token_type');
    expect(await errorOf(call(workspace, 'apps.connections.open'))).toBe('not_allowed_token_type');
    expect((await call(workspace, 'auth.test')).body).toMatchObject({
      ok: true,
      user_id: 'U0BOT',
      team_id: 'T0SANDBOX',
    });
  });

  test('a scope that the manifest does not declare is missing', async () => {
    const oauth_config = { scopes: { bot: ['commands', 'users:read'] } };
    const workspace = await openWorkspace({ manifest: { ...MANIFEST, oauth_config } });
    const { body } = await call(workspace, 'chat.postMessage', { channel: 'C0INC42', text: 'a' });
    expect(body).toMatchObject({ error: 'missing_scope', needed: 'chat:write', provided: 'commands,users:read' });
    expect((await call(workspace, 'users.info', { user: 'U0ANA' })).body).toMatchObject({
      ok: true,
      user: { name: 'ana' },
    });
    expect(await errorOf(call(workspace, 'usergroups.list'))).toBe('missing_scope');
  });

  test('methods and arguments that Slack does not know are refused', async () => {
    const workspace = await openWorkspace();
    expect(await errorOf(call(workspace, 'chat.shout'))).toBe('unknown_method');
    const { body } = await call(workspace, 'chat.postMessage', { channel: 'C0INC42', text: 'a', threadTs: '1' });
    expect(body).toMatchObject({ error: 'invalid_arguments' });
    expect(JSON.stringify(body.response_metadata)).toContain('threadTs');
  });

  test('a form carries nested arguments as JSON, and the token if need be', async () => {
    const workspace = await openWorkspace();
    const form = { token: workspace.botToken, channel: 'C0INC42', text: 'a', blocks: JSON.stringify([button]) };
    const answer = await fetch(`${workspace.apiUrl}chat.postMessage`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    expect(await answer.json()).toMatchObject({ ok: true });
    expect(workspace.messages()[0]?.buttons).toEqual(['Go']);
    const broken = new URLSearchParams({ ...form, blocks: '[{' });
    const refused = await fetch(`${workspace.apiUrl}chat.postMessage`, { method: 'POST', body: broken });
    expect(await refused.json()).toMatchObject({ error: 'invalid_blocks_format' });
  });
});

describe('messages', () => {
  test.each([
    ['channel_not_found', 'chat.postMessage', { channel: 'C9', text: 'a' }],
    ['no_text', 'chat.postMessage', { channel: 'C0INC42' }],
    ['msg_too_long', 'chat.postMessage', { channel: 'C0INC42', text: 'x'.repeat(40_001) }],
    ['user_not_in_channel', 'chat.postEphemeral', { channel: 'C0INC42', user: 'U9', text: 'a' }],
    ['message_not_found', 'chat.update', { channel: 'C0INC42', ts: '1.000000', text: 'a' }],
    ['message_not_found', 'chat.delete', { channel: 'C0INC42', ts: '1.000000' }],
    ['message_not_found', 'chat.getPermalink', { channel: 'C0INC42', message_ts: '1.000000' }],
    ['thread_not_found', 'chat.postMessage', { channel: 'C0INC42', text: 'a', thread_ts: '1.000000' }],
    ['user_not_found', 'users.info', { user: 'U9' }],
    ['no_such_subteam', 'usergroups.users.list', { usergroup: 'S9' }],
    ['file_not_found', 'files.info', { file: 'F9' }],
    ['file_not_found', 'files.completeUploadExternal', { files: [{ id: 'F9' }] }],
    ['not_found', 'views.update', { view_id: 'V9', view: {} }],
  ])('%s', async (error, method, args) => {
    const workspace = await openWorkspace();
    expect(await errorOf(call(workspace, method, args))).toBe(error);
    expect(workspace.calls.at(-1)).toMatchObject({ method, ok: false, error });
  });

  test('refused blocks are named with pointers and leave nothing behind', async () => {
    const workspace = await openWorkspace();
    const { body } = await call(workspace, 'chat.postMessage', {
      channel: 'C0INC42',
      text: 'a',
      blocks: [{ type: 'alert', text: plain('a') }],
    });
    expect(body).toMatchObject({
      error: 'invalid_blocks',
      errors: [expect.stringContaining('[json-pointer:/blocks/0/type]')],
    });
    expect(body.response_metadata).toMatchObject({ messages: [expect.stringMatching(/^\[ERROR\] /)] });
    expect(workspace.messages()).toEqual([]);
  });

  test('an update keeps the blocks that it does not mention, and an empty list takes them away', async () => {
    const workspace = await openWorkspace();
    const { body } = await call(workspace, 'chat.postMessage', { channel: 'C0INC42', text: 'a', blocks: [button] });
    await call(workspace, 'chat.update', { channel: 'C0INC42', ts: body.ts, text: 'b' });
    expect(workspace.messages()[0]).toMatchObject({ text: 'b', buttons: ['Go'], edited: 1 });
    await call(workspace, 'chat.update', { channel: 'C0INC42', ts: body.ts, text: 'c', blocks: [] });
    expect(workspace.messages()[0]).toMatchObject({ plain: 'c', buttons: [], edited: 2 });
  });

  test("people's messages and ephemeral ones cannot be updated", async () => {
    const workspace = await openWorkspace();
    workspace.say({ who: 'ana', channel: 'inc-42', text: 'mine' });
    const ts = workspace.messages()[0]?.ts;
    expect(await errorOf(call(workspace, 'chat.update', { channel: 'C0INC42', ts, text: 'a' }))).toBe(
      'cant_update_message',
    );
    expect(await errorOf(call(workspace, 'chat.delete', { channel: 'C0INC42', ts }))).toBe('cant_delete_message');
    const { body } = await call(workspace, 'chat.postEphemeral', { channel: 'C0INC42', user: 'U0BEN', text: 'psst' });
    const ephemeral = { channel: 'C0INC42', ts: body.message_ts, text: 'a' };
    expect(await errorOf(call(workspace, 'chat.update', ephemeral))).toBe('message_not_found');
  });

  test('a user id stands for direct messages, and a reply for its thread', async () => {
    const workspace = await openWorkspace();
    const { body } = await call(workspace, 'chat.postMessage', { channel: 'U0ANA', text: 'hello' });
    expect(body.channel).toBe('D0ANA');
    await call(workspace, 'chat.postMessage', { channel: 'D0ANA', text: 'more', thread_ts: body.ts });
    expect(workspace.messages('D0ANA').map((one) => one.threadTs)).toEqual([undefined, body.ts]);
  });

  test('user groups are listed with their people', async () => {
    const userGroups = [{ id: 'S1', handle: 'approvers', name: 'Approvers', users: ['U0BEN', 'U0CHO'] }];
    const workspace = await openWorkspace({ userGroups });
    expect((await call(workspace, 'usergroups.users.list', { usergroup: 'S1' })).body.users).toEqual([
      'U0BEN',
      'U0CHO',
    ]);
    expect((await call(workspace, 'usergroups.list', { include_users: true })).body).toMatchObject({
      usergroups: [{ handle: 'approvers', users: ['U0BEN', 'U0CHO'] }],
    });
  });
});

describe('a channel that is closed to the app', () => {
  test.each([
    ['out inc-42', 'not_in_channel'],
    ['archived inc-42', 'is_archived'],
  ])('%s: nothing is posted or edited there until that is mended; elsewhere it is', async (id, error) => {
    const workspace = await openWorkspace();
    const { ts = '' } = (await call(workspace, 'chat.postMessage', { channel: 'C0INC42', text: 'before' })).body;
    const tries = [
      ['chat.postMessage', { channel: '#inc-42', text: 'x' }],
      ['chat.postEphemeral', { channel: 'C0INC42', user: 'U0ANA', text: 'x' }],
      ['chat.update', { channel: 'C0INC42', ts, text: 'after' }],
    ] as const;
    const errors = () => Promise.all(tries.map(([method, args]) => errorOf(call(workspace, method, args))));
    await workspace.switchTrouble('slack', id, true);
    expect(await errors()).toEqual([error, error, error]);
    const upload = { files: [{ id: 'F1' }], channel_id: 'C0INC42' };
    expect(await errorOf(call(workspace, 'files.completeUploadExternal', upload))).toBe(error);
    const { channel } = (await call(workspace, 'conversations.info', { channel: 'C0INC42' })).body;
    const isOut = id.startsWith('out');
    expect(channel).toMatchObject({ is_member: !isOut, is_archived: !isOut });
    expect(await errorOf(call(workspace, 'chat.postMessage', { channel: 'U0ANA', text: 'x' }))).toBeUndefined();
    await workspace.switchTrouble('slack', id, false);
    expect(await errors()).toEqual([undefined, undefined, undefined]);
    await expect(workspace.switchTrouble('slack', 'else', true)).rejects.toThrow('no trouble');
  });
});

describe('rates and faults', () => {
  test('a channel takes a burst and then one message a second, another channel is free', async () => {
    const workspace = await openWorkspace();
    const post = (channel: string) => call(workspace, 'chat.postMessage', { channel, text: 'a' });
    for (const _ of [1, 2, 3]) expect((await post('C0INC42')).status).toBe(200);
    const limited = await post('C0INC42');
    expect(limited).toMatchObject({ status: 429, body: { ok: false, error: 'ratelimited' } });
    expect(limited.headers.get('retry-after')).toBe('1');
    expect((await post('C0STORAGE')).status).toBe(200);
    expect(workspace.messages()).toHaveLength(4);
  });

  test('updates are limited over the workspace', async () => {
    const workspace = await openWorkspace({ rates: { update: { perMinute: 2, burst: 2 } } });
    const { body } = await call(workspace, 'chat.postMessage', { channel: 'C0INC42', text: 'a' });
    const update = () => call(workspace, 'chat.update', { channel: 'C0INC42', ts: body.ts, text: 'b' });
    expect([(await update()).status, (await update()).status]).toEqual([200, 200]);
    const limited = await update();
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(20);
  });

  test('the next calls of a method can be refused, with or without their effect', async () => {
    const workspace = await openWorkspace();
    const post = () => call(workspace, 'chat.postMessage', { channel: 'C0INC42', text: 'a' });
    workspace.faults.refuse('chat.postMessage', { status: 429, retryAfter: 7 });
    expect((await post()).headers.get('retry-after')).toBe('7');
    workspace.faults.refuse('chat.postMessage', { status: 503, times: 2 });
    expect([(await post()).status, (await post()).status]).toEqual([503, 503]);
    expect(workspace.messages()).toHaveLength(0);
    workspace.faults.refuse('chat.postMessage', { status: 500, effect: 'done' });
    expect((await post()).status).toBe(500);
    expect(workspace.messages()).toHaveLength(1);
    expect((await post()).status).toBe(200);
  });

  test('a slow answer comes after its effect', async () => {
    const workspace = await openWorkspace();
    workspace.faults.slow('chat.postMessage', 120);
    let answered = false;
    const posted = call(workspace, 'chat.postMessage', { channel: 'C0INC42', text: 'a' }).then(() => {
      answered = true;
    });
    await workspace.until(() => workspace.messages().length === 1);
    expect(answered).toBe(false);
    await posted;
  });
});

describe('triggers', () => {
  const view = { type: 'modal', title: plain('Why'), blocks: [] };

  /** Types one command to an app of a few lines. Returns the fields that arrived there. */
  async function typed(workspace: Workspace): Promise<URLSearchParams> {
    const received: string[] = [];
    const app = createServer((incoming, response) => {
      incoming.setEncoding('utf8').on('data', (text: string) => received.push(text));
      incoming.on('end', () => response.end());
    });
    await new Promise<void>((listening) => app.listen(0, '127.0.0.1', listening));
    const address = app.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    workspace.connect({ mode: 'http', requestUrl: `http://127.0.0.1:${port}/` });
    await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/palm' });
    await new Promise((closed) => app.close(closed));
    return new URLSearchParams(received.join(''));
  }

  test('opens one view, once, and only for three seconds', async () => {
    const workspace = await openWorkspace();
    const trigger_id = (await typed(workspace)).get('trigger_id');
    expect(await errorOf(call(workspace, 'views.open', { trigger_id: 'x', view }))).toBe('invalid_trigger_id');
    expect((await call(workspace, 'views.open', { trigger_id, view })).body).toMatchObject({
      ok: true,
      view: { type: 'modal' },
    });
    expect(await errorOf(call(workspace, 'views.open', { trigger_id, view }))).toBe('exchanged_trigger_id');
    const hurried = await openWorkspace({ triggerMs: 0 });
    const late = (await typed(hurried)).get('trigger_id');
    expect(await errorOf(call(hurried, 'views.open', { trigger_id: late, view }))).toBe('expired_trigger_id');
  });

  test('views stack three high, and an old hash is refused', async () => {
    const workspace = await openWorkspace();
    const next = async () => (await typed(workspace)).get('trigger_id');
    const { body } = await call(workspace, 'views.open', { trigger_id: await next(), view });
    const pushed = [];
    for (const _ of [1, 2, 3])
      pushed.push((await call(workspace, 'views.push', { trigger_id: await next(), view })).body.error);
    expect(pushed).toEqual([undefined, undefined, 'push_limit_reached']);
    const opened = body.view as { readonly id: string; readonly hash: string };
    const update = () => call(workspace, 'views.update', { view_id: opened.id, hash: opened.hash, view });
    expect((await update()).body.ok).toBe(true);
    expect(await errorOf(update())).toBe('hash_conflict');
  });

  test('a response URL is gone after its time', async () => {
    const workspace = await openWorkspace({ responseUrlMs: 0 });
    const url = (await typed(workspace)).get('response_url') ?? '';
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ text: 'late' }) });
    expect([answer.status, await answer.text()]).toEqual([404, 'expired_url']);
    expect(workspace.ephemerals('ana')).toEqual([]);
  });

  test('a response URL can speak to the whole channel, and refuses what Slack would', async () => {
    const workspace = await openWorkspace();
    const url = (await typed(workspace)).get('response_url') ?? '';
    const post = (body: object) => fetch(url, { method: 'POST', body: JSON.stringify(body) });
    expect((await post({ text: 'all of you', response_type: 'in_channel' })).status).toBe(200);
    expect(workspace.messages('inc-42').map((one) => one.plain)).toEqual(['all of you']);
    const refused = await post({ blocks: [{ type: 'alert', text: plain('a') }] });
    expect([refused.status, await refused.text()]).toEqual([400, 'invalid_blocks']);
  });
});

describe('the door', () => {
  function knock(workspace: Workspace, path: string, headers: Record<string, string>): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const url = new URL(path, workspace.url);
      request(url, { headers, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
  }

  test('foreign host names and other sites are refused', async () => {
    const workspace = await openWorkspace();
    const { host } = new URL(workspace.url);
    expect(await knock(workspace, '/', { host })).toBe(200);
    expect(await knock(workspace, '/', { host: 'evil.example' })).toBe(403);
    expect(await knock(workspace, '/_/state', { host, origin: 'http://evil.example' })).toBe(403);
    expect(await knock(workspace, '/_/state', { host, origin: 'null' })).toBe(403);
    expect(await knock(workspace, '/_/state', { host, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await knock(workspace, '/_/state', { host, origin: `http://${host}` })).toBe(200);
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    };
    expect(await knock(workspace, '/link/x', { ...upgrade, host: 'evil.example' })).toBe(403);
    expect(await knock(workspace, '/link/x', { ...upgrade, host })).toBe(403);
  });

  test('the page forbids what did not come from here, and no path leads out of its folder', async () => {
    const workspace = await openWorkspace();
    const page = await fetch(workspace.url);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*script-src 'self'/);
    expect(await knock(workspace, '/page/main.js', {})).toBe(200);
    expect(await knock(workspace, '/page/..%2f..%2fworkspace.ts', {})).toBe(404);
    expect(await knock(workspace, '/page/nothing.js', {})).toBe(404);
  });

  test('the control API takes JSON only, and not too much', async () => {
    const workspace = await openWorkspace();
    const post = (type: string, body: string) =>
      fetch(`${workspace.url}_/type`, { method: 'POST', headers: { 'content-type': type }, body });
    const said = JSON.stringify({ who: 'ana', channel: 'inc-42', text: 'hello' });
    expect((await post('text/plain', said)).status).toBe(415);
    expect(workspace.messages()).toEqual([]);
    expect((await post('application/json', said)).status).toBe(200);
    expect(workspace.messages().map((one) => one.plain)).toEqual(['hello']);
    expect(
      (await post('application/json', JSON.stringify({ who: 'nobody', channel: 'inc-42', text: 'a' }))).status,
    ).toBe(400);
    expect((await post('application/json', '{}')).status).toBe(400);
    expect((await post('application/json', `"${'x'.repeat(300_000)}"`)).status).toBe(413);
    const huge = await fetch(`${workspace.apiUrl}auth.test`, { method: 'POST', body: 'x'.repeat(1_100_000) });
    expect(huge.status).toBe(413);
  });

  test('scripts cause faults and read what happened', async () => {
    const workspace = await openWorkspace();
    const post = (path: string, body: object) =>
      fetch(`${workspace.url}_/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    await post('faults/refuse', { method: 'auth.test', status: 503 });
    await post('faults/app-down', { on: true });
    expect((await call(workspace, 'auth.test')).status).toBe(503);
    const typed = await post('type', { who: 'ana', channel: 'inc-42', text: '/palm' });
    expect(await typed.json()).toEqual({ delivered: false, error: 'dispatch_failed' });
    expect((await post('faults/refuse', { method: 'auth.test', status: 418 })).status).toBe(400);
    await post('type', { who: 'ana', channel: 'inc-42', text: 'hello' });
    const messages = await (await fetch(`${workspace.url}_/messages?channel=C0INC42`)).json();
    expect(messages).toMatchObject([{ author: 'ana', plain: 'hello' }]);
    const calls = await (await fetch(`${workspace.url}_/calls`)).json();
    expect(calls).toMatchObject([
      { method: 'auth.test', status: 503 },
      { kind: 'to app', error: 'dispatch_failed' },
    ]);
  });

  test('troubles are listed and switched', async () => {
    const trouble = { id: 'hung', label: 'A peer hangs', on: false };
    const switchTrouble = async (id: string, on: boolean) => {
      if (id !== trouble.id) throw new Error(`no trouble ${id}`);
      trouble.on = on;
    };
    const workspace = await openWorkspace({ systems: [{ name: 'OpenIO', troubles: () => [trouble], switchTrouble }] });
    const post = (path: string) =>
      fetch(`${workspace.url}_/world/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"on":true}',
      });
    expect((await post('OpenIO/hung')).status).toBe(200);
    const world = await fetch(`${workspace.url}_/world`);
    expect(await world.json()).toMatchObject({
      systems: [{ name: 'OpenIO', troubles: [{ ...trouble, on: true }] }, { name: 'slack' }],
    });
    expect([(await post('OpenIO/else')).status, (await post('Palm/hung')).status]).toEqual([400, 400]);
  });
});
