/** Bolt against the workspace, over both roads. */
import { closeAll, MANIFEST, type Mode, openWorkspace, plain, startApp } from './support';

afterEach(closeAll);

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

const approve = {
  type: 'actions' as const,
  elements: [
    {
      type: 'button' as const,
      action_id: 'approve',
      style: 'danger' as const,
      text: plain('Approve'),
      value: 'R42',
      confirm: {
        title: plain('Sure?'),
        text: plain('This removes a record.'),
        confirm: plain('Remove'),
        deny: plain('No'),
      },
    },
  ],
};

describe.each<Mode>(['http', 'socket'])('over %s', (mode) => {
  test('a command is acknowledged with words that only its author sees', async () => {
    const workspace = await openWorkspace();
    await startApp(workspace, mode, (app) =>
      app.command('/palm', async ({ ack, body }) => ack(`you typed ${body.text}`)),
    );
    const result = await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/palm servers --all' });
    expect(result).toEqual({ delivered: true, ackBody: { text: 'you typed servers --all' } });
    expect(workspace.ephemerals('ana').map((one) => one.plain)).toEqual(['you typed servers --all']);
    expect(workspace.ephemerals('ben')).toEqual([]);
    expect(workspace.messages()).toEqual([]);
  });

  test('a posted message is changed by the click of another person', async () => {
    const workspace = await openWorkspace();
    await startApp(workspace, mode, (app) => {
      app.command('/palm', async ({ ack, client, body }) => {
        await ack();
        await client.chat.postMessage({ channel: body.channel_id, text: 'Purge?', blocks: [approve] });
      });
      app.action('approve', async ({ ack, body, client }) => {
        await ack();
        if (body.type !== 'block_actions' || !body.channel || !body.message)
          throw new Error('not a click in a message');
        const [action] = body.actions;
        const value = action?.type === 'button' ? action.value : undefined;
        const text = `${value} approved by ${body.user.id}`;
        await client.chat.update({ channel: body.channel.id, ts: body.message.ts, text, blocks: [] });
      });
    });
    await workspace.typeCommand({ who: 'ana', channel: 'C0INC42', text: '/palm purge' });
    await workspace.until(() => workspace.messages('inc-42').length === 1);
    expect(workspace.messages('inc-42')[0]).toMatchObject({ author: 'tiny', buttons: ['Approve'], plain: '[Approve]' });
    const declined = await workspace.pressButton({ who: 'ben', text: 'Approve', confirm: false });
    expect(declined).toMatchObject({ delivered: false, error: 'declined' });
    const pressed = await workspace.pressButton({ who: 'ben', text: 'Approve' });
    expect(pressed).toMatchObject({ delivered: true });
    const changed = await workspace.until(() => workspace.messages('inc-42').find((one) => one.edited === 1));
    expect(changed).toMatchObject({ plain: 'R42 approved by U0BEN', buttons: [] });
  });

  test('a response URL takes five posts and then is gone', async () => {
    const workspace = await openWorkspace();
    const statuses: unknown[] = [];
    const { promise: answered, resolve } = deferred();
    await startApp(workspace, mode, (app) =>
      app.command('/palm', async ({ ack, respond }) => {
        await ack();
        for (const nth of [1, 2, 3, 4, 5, 6]) {
          statuses.push(
            await respond(`answer ${nth}`).then(
              () => 'ok',
              (error: { statusCode?: number }) => error.statusCode,
            ),
          );
        }
        resolve();
      }),
    );
    await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/palm' });
    await answered;
    expect(statuses).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 404]);
    expect(workspace.ephemerals('ana')).toHaveLength(5);
  });

  test('an answer to a click in a thread is in the channel, unless the app names the thread', async () => {
    const workspace = await openWorkspace();
    const app = await startApp(workspace, mode, (app) =>
      app.action('approve', async ({ ack, respond }) => {
        await ack();
        const { thread_ts } = workspace.messages('inc-42').map((one) => ({ thread_ts: one.threadTs }))[1] ?? {};
        await respond({ replace_original: false, text: 'Forgot' });
        await respond({ replace_original: false, text: 'Named', ...(thread_ts !== undefined && { thread_ts }) });
      }),
    );
    const root = await app.client.chat.postMessage({ channel: 'C0INC42', text: 'Root' });
    const where = { channel: 'C0INC42', thread_ts: root.ts ?? '' };
    await app.client.chat.postMessage({ ...where, text: 'Ask', blocks: [approve] });
    await workspace.pressButton({ who: 'ben', text: 'Approve' });
    const said = await workspace.until(() => workspace.ephemerals('ben').length === 2 && workspace.ephemerals('ben'));
    expect(said.map((one) => one.threadTs)).toEqual([undefined, root.ts]);
  });

  test('a click can replace its message, and delete it', async () => {
    const workspace = await openWorkspace();
    const app = await startApp(workspace, mode, (app) =>
      app.action('approve', async ({ ack, respond, body }) => {
        await ack();
        if (body.user.id === 'U0BEN') await respond({ replace_original: true, text: 'Replaced', blocks: [approve] });
        else await respond({ delete_original: true });
      }),
    );
    await app.client.chat.postEphemeral({ channel: 'C0INC42', user: 'U0BEN', text: 'Ask', blocks: [approve] });
    await workspace.pressButton({ who: 'ben', text: 'Approve' });
    await workspace.until(() => workspace.ephemerals('ben')[0]?.text === 'Replaced');
    await app.client.chat.postMessage({ channel: 'C0INC42', text: 'Ask', blocks: [approve] });
    await workspace.pressButton({ who: 'cho', text: 'Approve' });
    await workspace.until(() => workspace.messages().length === 0);
  });

  test('an app that does not answer in time is reported to the person by Slackbot', async () => {
    const workspace = await openWorkspace({ ackMs: 60 });
    const { promise: late, resolve } = deferred();
    await startApp(workspace, mode, (app) => {
      app.command('/palm', async ({ ack }) => {
        await late;
        await ack('too late');
      });
      app.command('/who', async ({ ack }) => ack('in time'));
    });
    const result = await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/palm servers' });
    expect(result).toEqual({ delivered: false, ackBody: undefined, error: 'operation_timeout' });
    expect(workspace.ephemerals('ana')[0]).toMatchObject({
      author: 'Slackbot',
      plain: '/palm failed with the error "operation_timeout"',
    });
    resolve();
    await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/who' });
    expect(workspace.ephemerals('ana').map((one) => one.plain)).toEqual([expect.any(String), 'in time']);
  });

  test('an app that is down cannot be dispatched to', async () => {
    const workspace = await openWorkspace();
    const app = await startApp(workspace, mode, () => undefined);
    await app.stop();
    if (mode === 'socket') await workspace.until(() => workspace.link().connections === 0);
    const result = await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/palm servers' });
    expect(result.error).toBe('dispatch_failed');
  });

  test('a form is opened, complains, and hands over what was typed', async () => {
    const workspace = await openWorkspace();
    const seen: unknown[] = [];
    await startApp(workspace, mode, (app) => {
      app.command('/palm', async ({ ack, client, body }) => {
        await ack();
        await client.views.open({
          trigger_id: body.trigger_id,
          view: {
            type: 'modal',
            callback_id: 'reason',
            title: plain('Why'),
            submit: plain('Send'),
            private_metadata: 'R42',
            blocks: [
              {
                type: 'input',
                block_id: 'why',
                label: plain('Reason'),
                element: { type: 'plain_text_input', action_id: 'text' },
              },
            ],
          },
        });
      });
      app.view('reason', async ({ ack, view }) => {
        const typed = view.state.values.why?.text?.value ?? '';
        if (typed.length < 5) return ack({ response_action: 'errors', errors: { why: 'Say more' } });
        seen.push(view.private_metadata, typed);
        return ack();
      });
    });
    await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/palm' });
    await workspace.until(() => workspace.view('ana'));
    expect(workspace.view('ben')).toBeUndefined();
    expect(await workspace.submitView({ who: 'ana' })).toMatchObject({ delivered: false, error: 'missing_input' });
    await workspace.submitView({ who: 'ana', values: { text: 'no' } });
    expect(workspace.view('ana')?.errors).toEqual({ why: 'Say more' });
    await workspace.submitView({ who: 'ana', values: { text: 'disk is gone' } });
    expect(workspace.view('ana')).toBeUndefined();
    expect(seen).toEqual(['R42', 'disk is gone']);
  });

  test('a file arrives with its message, byte for byte', async () => {
    const workspace = await openWorkspace();
    const app = await startApp(workspace, mode, () => undefined);
    const content = 'uuid,region\né,1\n';
    await app.client.filesUploadV2({
      channel_id: 'C0INC42',
      filename: 'servers.csv',
      content,
      initial_comment: 'All of them',
    });
    const [message] = workspace.messages('inc-42');
    expect(message).toMatchObject({ plain: 'All of them\n[file: servers.csv]' });
    expect(workspace.files()[0]?.bytes.toString('utf8')).toBe(content);
    const { file } = await app.client.files.info({ file: message?.files[0]?.id ?? '' });
    const get = (token: string) =>
      fetch(file?.url_private ?? '', { headers: { authorization: `Bearer ${token}` }, redirect: 'manual' });
    expect(await (await get(workspace.botToken)).text()).toBe(content);
    expect((await get('wrong')).status).toBe(302);
  });

  test('a command and a click that are delivered twice come with the same trigger', async () => {
    const workspace = await openWorkspace();
    const seen: { readonly trigger: string; readonly retry: number | undefined }[] = [];
    await startApp(workspace, mode, (app) =>
      app.command('/palm', async ({ ack, body, context }) => {
        seen.push({ trigger: body.trigger_id, retry: context.retryNum });
        await ack();
      }),
    );
    workspace.faults.deliverTwice(1);
    await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/palm' });
    expect(seen).toHaveLength(2);
    expect(seen[0]?.trigger).toBe(seen[1]?.trigger);
    expect(seen.map((one) => one.retry ?? 0).sort()).toEqual([0, 1]);
    await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/palm' });
    expect(seen).toHaveLength(3);
  });

  test('a lost ack looks like a slow app to the person', async () => {
    const workspace = await openWorkspace();
    await startApp(workspace, mode, (app) => app.command('/palm', async ({ ack }) => ack('done')));
    workspace.faults.dropAcks(1);
    const lost = await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/palm' });
    expect(lost.error).toBe('operation_timeout');
    expect((await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/palm' })).error).toBeUndefined();
  });

  test('a menu asks the app for its options, and only what was offered can be chosen', async () => {
    const workspace = await openWorkspace();
    const seen: unknown[] = [];
    await startApp(workspace, mode, (app) => {
      app.command('/palm', async ({ ack, client, body }) => {
        await ack();
        const element = { type: 'external_select' as const, action_id: 'who', min_query_length: 0 };
        const many = { type: 'multi_external_select' as const, action_id: 'all', min_query_length: 0 };
        const blocks = [
          { type: 'input' as const, block_id: 'who', label: plain('Server'), element },
          { type: 'input' as const, block_id: 'all', label: plain('All'), element: many },
        ];
        const view = { type: 'modal' as const, callback_id: 'f', title: plain('F'), submit: plain('Go'), blocks };
        await client.views.open({ trigger_id: body.trigger_id, view });
      });
      app.options(/who|all/, async ({ ack, payload }) => {
        const options = ['pricer', 'printf'].filter((name) => name.startsWith(payload.value));
        await ack({ options: options.map((value) => ({ text: plain(`the ${value}`), value })) });
      });
      app.view('f', async ({ ack, view }) => {
        await ack();
        seen.push(view.state.values.who?.who?.selected_option?.value);
        seen.push(view.state.values.all?.all?.selected_options?.map((one) => one.value));
      });
    });
    await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/palm' });
    await workspace.until(() => workspace.view('ana'));
    const offered = await workspace.suggest({ who: 'ana', actionId: 'who', value: 'pri' });
    expect(offered.map((one) => one.text.text)).toEqual(['the pricer', 'the printf']);
    await expect(workspace.submitView({ who: 'ana', values: { who: 'nobody' } })).rejects.toThrow('not offered');
    await workspace.submitView({ who: 'ana', values: { who: 'the printf', all: ['pricer', 'printf'] } });
    expect(seen).toEqual(['printf', ['pricer', 'printf']]);
  });

  test('a Home tab is published for one person, and its buttons act in their name', async () => {
    const workspace = await openWorkspace();
    const seen: string[] = [];
    await startApp(workspace, mode, (app) => {
      app.event('app_home_opened', async ({ event, client }) => {
        await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: [approve] } });
      });
      app.action('approve', async ({ ack, body }) => {
        await ack();
        seen.push(`${body.user.id} ${body.type === 'block_actions' ? body.container.type : ''}`);
      });
    });
    await workspace.openHome('ben');
    await workspace.until(() => workspace.home('ben'));
    expect(workspace.home('ben')?.buttons).toEqual(['Approve']);
    expect(workspace.home('ana')).toBeUndefined();
    await workspace.pressInHome({ who: 'ben', actionId: 'approve' });
    expect(seen).toEqual(['U0BEN view']);
  });

  test('shortcuts and events arrive where the manifest declares them', async () => {
    const workspace = await openWorkspace();
    const seen: string[] = [];
    await startApp(workspace, mode, (app) => {
      app.shortcut('explain', async ({ ack, body }) => {
        await ack();
        seen.push(body.type);
      });
      app.event('app_home_opened', async ({ event }) => {
        seen.push(event.type);
      });
    });
    workspace.say({ who: 'ana', channel: 'inc-42', text: 'what is this' });
    const ts = workspace.messages()[0]?.ts ?? '';
    await workspace.useShortcut({ who: 'ben', callbackId: 'explain', channel: 'inc-42', ts });
    await workspace.openHome('ben');
    expect(seen).toEqual(['message_action', 'app_home_opened']);
    await expect(workspace.sendEvent({ type: 'reaction_added' })).rejects.toThrow('does not subscribe');
    expect(MANIFEST.settings.event_subscriptions.bot_events).toEqual(['app_home_opened']);
  });
});
