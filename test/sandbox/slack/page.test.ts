/** The page in a real browser: what a newcomer does in the first minute. Skipped where there is no Chromium. */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Workspace } from '../../../sandbox/slack/workspace';
import type { Scenario, TroubledSystem } from '../../../sandbox/world';
import { closeAll, openWorkspace, plain, startApp } from './support';

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const names = ['chromium', 'chromium-headless-shell', 'google-chrome'];
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env.CHROMIUM_PATH ?? '', ...found].find((path) => path !== '' && isProgram(path));
}

/** A cold browser on a busy computer takes its time. */
const START_MS = 60_000;
const STEP_MS = 15_000;
jest.setTimeout(START_MS);

const executablePath = findChromium();
if (!executablePath) console.log('no Chromium on PATH or in CHROMIUM_PATH: the tests of the page are skipped');
const whenBrowser = executablePath ? describe : describe.skip;

const approve = {
  type: 'actions' as const,
  elements: [
    {
      type: 'button' as const,
      action_id: 'approve',
      style: 'primary' as const,
      text: plain('Approve'),
      value: 'R42',
      confirm: {
        title: plain('Approve this?'),
        text: plain('One record goes away.'),
        confirm: plain('Yes, approve'),
        deny: plain('No'),
      },
    },
  ],
};
const hostile = '<img src=x onerror=alert(1)> <!channel> &lt;';
const table = {
  type: 'table' as const,
  rows: [[{ type: 'raw_text' as const, text: 'server' }], [{ type: 'raw_text' as const, text: hostile }]],
};

function startBot(workspace: Workspace) {
  return startApp(workspace, 'socket', (app) => {
    app.command('/palm', async ({ ack, client, body }) => {
      if (body.text === 'help') return ack('There is help');
      await ack();
      await client.chat.postMessage({ channel: body.channel_id, text: 'Purge?', blocks: [table, approve] });
    });
    app.action('approve', async ({ ack, body, client }) => {
      await ack();
      if (body.type !== 'block_actions' || !body.channel || !body.message) throw new Error('not a click in a message');
      const text = `Approved by <@${body.user.id}>`;
      await client.chat.update({ channel: body.channel.id, ts: body.message.ts, text, blocks: [] });
    });
    app.command('/who', async ({ ack, body, client }) => {
      await ack();
      const element = { type: 'plain_text_input' as const, action_id: 'text' };
      const blocks = [{ type: 'input' as const, block_id: 'why', label: plain('Reason'), element }];
      const view = { type: 'modal' as const, callback_id: 'why', title: plain('Why'), submit: plain('Send'), blocks };
      await client.views.open({ trigger_id: body.trigger_id, view });
    });
    app.view('why', async ({ ack, body, view, client }) => {
      await ack();
      await client.chat.postMessage({
        channel: 'C0INC42',
        text: `${body.user.name}: ${view.state.values.why?.text?.value}`,
      });
    });
  });
}

function troubled(): TroubledSystem {
  let on = false;
  return {
    name: 'PALM',
    troubles: () => [{ id: 'down', label: 'etcd is down', on }],
    switchTrouble: async (_id, wanted) => {
      on = wanted;
    },
  };
}

const scenarios: readonly Scenario[] = [
  {
    id: 's',
    title: 'A dead server',
    about: 'One server is gone.',
    lines: [{ kind: 'type', who: 'sam', command: '/palm purge 1' }],
  },
];

whenBrowser('the page', () => {
  let browser: Browser;
  const complaints: string[] = [];

  beforeAll(async () => {
    const args = ['--no-sandbox', '--disable-background-networking'];
    browser = await chromium.launch({ executablePath: executablePath ?? '', args, timeout: START_MS });
  }, START_MS);
  afterAll(() => browser.close());
  afterEach(closeAll);

  async function openPage(workspace: Workspace): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(STEP_MS);
    complaints.splice(0);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
    await page.goto(workspace.url);
    await page.getByRole('button', { name: /^ana/ }).waitFor();
    return page;
  }

  const become = (page: Page, name: string) => page.locator(`[data-person=${name}]`).click();

  test('types a command with completion, approves it as another person and sees the message change', async () => {
    const workspace = await openWorkspace();
    await startBot(workspace);
    const page = await openPage(workspace);
    const box = page.getByRole('combobox');
    await box.pressSequentially('/p');
    await page.getByRole('option', { name: /\/palm servers \| show UUID/ }).waitFor();
    await box.press('Tab');
    await box.pressSequentially('purge 1');
    await box.press('Enter');
    await page.getByRole('cell', { name: hostile, exact: true }).waitFor();
    await become(page, 'ben');
    await page.locator('[data-person=ben][aria-pressed=true]').waitFor();
    const button = page.getByRole('list', { name: 'Messages' }).getByRole('button', { name: 'Approve' });
    await button.click();
    await page.getByRole('dialog', { name: 'Approve this?' }).getByRole('button', { name: 'No' }).click();
    expect(workspace.messages()[0]?.edited).toBe(0);
    await button.click();
    await page.getByRole('button', { name: 'Yes, approve' }).click();
    await page.getByText('Approved by @ben').waitFor();
    await page.getByText('(edited)').waitFor();
    expect(await button.count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('shows an ephemeral answer to its person alone, and brings back what was typed', async () => {
    const workspace = await openWorkspace();
    await startBot(workspace);
    const page = await openPage(workspace);
    const box = page.getByRole('combobox');
    await box.fill('/palm help');
    await box.press('Enter');
    await page.getByText('Only visible to you').waitFor();
    await box.press('ArrowUp');
    expect(await box.inputValue()).toBe('/palm help');
    await become(page, 'cho');
    await page.getByText('There is help').waitFor({ state: 'detached' });
    await become(page, 'ana');
    await page.getByText('There is help').waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('fills in a form, and the keyboard goes on where it was', async () => {
    const workspace = await openWorkspace();
    await startBot(workspace);
    const page = await openPage(workspace);
    await page.getByRole('combobox').fill('/who');
    await page.keyboard.type(' ');
    await page.keyboard.press('Enter');
    const form = page.getByRole('dialog', { name: 'Why' });
    await form.getByRole('button', { name: 'Send' }).click();
    await form.getByText('Please complete this required field.').waitFor();
    await form.getByRole('textbox').fill('disk is gone');
    await form.getByRole('button', { name: 'Send' }).click();
    await page.getByText('ana: disk is gone', { exact: true }).waitFor();
    await form.waitFor({ state: 'detached' });
    await page.keyboard.type('/pa');
    expect(await page.getByRole('combobox').inputValue()).toBe('/pa');
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('plays a scenario, breaks a system, and shows the refusals in the traffic', async () => {
    const workspace = await openWorkspace({ systems: [troubled()], scenarios });
    const app = await startBot(workspace);
    const page = await openPage(workspace);
    await page.getByText('A dead server').click();
    await page.getByRole('button', { name: /sam\s*\/palm purge 1/ }).click();
    await page.locator('[data-person=sam][aria-pressed=true]').waitFor();
    expect(await page.getByRole('combobox').inputValue()).toBe('/palm purge 1');
    await page.getByText('etcd is down').click();
    await page.getByRole('switch', { name: 'etcd is down', checked: true }).waitFor();
    expect(workspace.world().systems[0]?.troubles[0]?.on).toBe(true);
    await expect(app.client.chat.postMessage({ channel: 'C9', text: 'a' })).rejects.toThrow('channel_not_found');
    await page.getByText(/calls, 1 refused/).click();
    await page.locator('.refused', { hasText: 'channel_not_found' }).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });
});
