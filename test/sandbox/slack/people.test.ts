/** What people may do, what the manifest allows, and what the links do when they are troubled. */
import { z } from 'zod';
import { createWorkspace } from '../../../sandbox/slack/workspace';
import { closeAll, MANIFEST, openWorkspace, plain, startApp } from './support';

afterEach(closeAll);

describe('commands', () => {
  test('those that the manifest does not declare never reach the app', async () => {
    const workspace = await openWorkspace();
    const result = await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/rm -rf' });
    expect(result).toMatchObject({ delivered: false, error: 'unknown_command' });
    expect(workspace.ephemerals('ana').map((one) => one.plain)).toEqual(['/rm is not a valid command.']);
    expect(workspace.calls).toEqual([]);
  });

  test('they do not work in threads', async () => {
    const workspace = await openWorkspace();
    workspace.say({ who: 'ana', channel: 'inc-42', text: 'parent' });
    const threadTs = workspace.messages()[0]?.ts ?? '';
    const result = await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/palm', threadTs });
    expect(result.error).toBe('not_in_threads');
    expect(workspace.ephemerals('ana')[0]?.plain).toBe('/palm is not supported in threads. Sorry!');
  });

  test('mentions become ids only where the manifest wants them escaped', async () => {
    const workspace = await openWorkspace();
    await startApp(workspace, 'socket', (app) => {
      app.command('/who', async ({ ack, body }) => ack({ text: body.text, response_type: 'in_channel' }));
      app.command('/palm', async ({ ack, body }) => ack(body.text));
    });
    const who = await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/who @ben #inc-42 @nobody' });
    expect(who.ackBody).toMatchObject({ text: '<@U0BEN|ben> <#C0INC42|inc-42> @nobody' });
    expect(workspace.messages('inc-42').map((one) => [one.author, one.plain])).toEqual([
      ['ana', '/who @ben #inc-42 @nobody'],
      ['tiny', '@ben #inc-42 @nobody'],
    ]);
    const palm = await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/palm @ben' });
    expect(palm.ackBody).toEqual({ text: '@ben' });
  });

  test('an answer that Slack would refuse is reported to the person', async () => {
    const workspace = await openWorkspace();
    await startApp(workspace, 'socket', (app) =>
      app.command('/palm', async ({ ack }) => ack({ blocks: [{ type: 'header', text: plain('x'.repeat(151)) }] })),
    );
    const result = await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/palm' });
    expect(result.error).toBe('invalid_blocks');
    expect(workspace.ephemerals('ana')[0]?.author).toBe('Slackbot');
  });
});

describe('buttons', () => {
  const go = { type: 'actions', elements: [{ type: 'button', action_id: 'go', text: plain('Go') }] };

  test('nobody presses what they do not see', async () => {
    const workspace = await openWorkspace();
    const app = await startApp(workspace, 'socket', (app) => app.action('go', async ({ ack }) => ack()));
    await app.client.apiCall('chat.postEphemeral', { channel: 'C0INC42', user: 'U0ANA', text: 'a', blocks: [go] });
    await expect(workspace.pressButton({ who: 'ben', text: 'Go' })).rejects.toThrow('ben sees no button "Go"');
    const [ephemeral] = workspace.ephemerals('ana');
    const there = { channel: 'inc-42', ts: ephemeral?.ts ?? '' };
    await expect(workspace.press({ who: 'ben', ...there, actionId: 'go' })).rejects.toThrow('sees no message');
    await expect(workspace.press({ who: 'ana', ...there, actionId: 'stop' })).rejects.toThrow('has no stop');
    expect(await workspace.press({ who: 'ana', ...there, actionId: 'go' })).toMatchObject({ delivered: true });
    await expect(workspace.pressButton({ who: 'eve', text: 'Go' })).rejects.toThrow('nobody is called eve');
  });

  test('a click on an app that is away is reported to the person who clicked', async () => {
    const workspace = await openWorkspace();
    const app = await startApp(workspace, 'socket', () => undefined);
    await app.client.apiCall('chat.postMessage', { channel: 'C0INC42', text: 'a', blocks: [go] });
    workspace.faults.appDown(true);
    expect((await workspace.pressButton({ who: 'ben', text: 'Go' })).error).toBe('dispatch_failed');
    expect(workspace.ephemerals('ben')[0]?.plain).toBe('“Go” failed with the error "dispatch_failed"');
    expect(workspace.ephemerals('ana')).toEqual([]);
  });
});

describe('Socket Mode', () => {
  test('an app that is told to go comes back', async () => {
    const workspace = await openWorkspace();
    await startApp(workspace, 'socket', (app) => app.command('/palm', async ({ ack }) => ack('here')));
    expect(workspace.disconnect('refresh_requested')).toBe(1);
    await workspace.until(() => workspace.link().connections === 0);
    expect((await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/palm' })).error).toBe(
      'dispatch_failed',
    );
    await workspace.until(() => workspace.link().connections === 1);
    expect(await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/palm' })).toMatchObject({
      delivered: true,
    });
  });

  test('a link opens once', async () => {
    const workspace = await openWorkspace();
    const headers = { authorization: `Bearer ${workspace.appToken}` };
    const answer = await fetch(`${workspace.apiUrl}apps.connections.open`, { method: 'POST', headers });
    const { url } = z.object({ url: z.string() }).parse(await answer.json());
    const { WebSocket } = await import('ws');
    const first = new WebSocket(url);
    const hello = await new Promise((resolve) => first.once('message', (data) => resolve(JSON.parse(String(data)))));
    expect(hello).toMatchObject({ type: 'hello', num_connections: 1 });
    const second = new WebSocket(url);
    const refused = await new Promise<Error>((resolve) => second.once('error', resolve));
    expect(refused.message).toContain('403');
    first.close();
    await workspace.until(() => workspace.link().connections === 0);
  });
});

describe('the manifest', () => {
  const features = MANIFEST.features;
  const command = { command: '/x', description: 'x' };
  test.each([
    ['a command without slash', { features: { slash_commands: [{ command: 'x', description: 'x' }] } }],
    ['a long command', { features: { slash_commands: [{ command: `/${'x'.repeat(32)}`, description: 'x' }] } }],
    ['a long hint', { features: { slash_commands: [{ ...command, usage_hint: 'x'.repeat(1001) }] } }],
    [
      '51 commands',
      { features: { slash_commands: Array.from({ length: 51 }, (_, at) => ({ ...command, command: `/x${at}` })) } },
    ],
    ['the same command twice', { features: { slash_commands: [command, command] } }],
    ['a long name', { display_information: { name: 'x'.repeat(36) } }],
    ['commands without their scope', { features, oauth_config: { scopes: { bot: ['chat:write'] } } }],
  ])('is refused with %s', async (_name, wrong) => {
    await expect(createWorkspace({ manifest: { ...MANIFEST, ...wrong } })).rejects.toThrow('the manifest is refused');
  });
});

test('waiting in vain says what was there instead', async () => {
  const workspace = await openWorkspace();
  workspace.say({ who: 'ana', channel: 'inc-42', text: 'something else' });
  await expect(workspace.until(() => workspace.messages().length > 1, 20)).rejects.toThrow('ana: something else');
});
