import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { SEED } from '../../sandbox/palm/records';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { findBrowser } from '../support/browser';
import { script } from '../support/processes';

/** Forms, the shortcut and the Home tab, as somebody uses them in the page. */
const executablePath = findBrowser();
if (executablePath === null) console.warn('SKIPPED: the browser test needs Chromium (apt install chromium)');

const SHOTS = join(ROOT, '.cache/screenshots');
let world: World;
let browser: Browser;
let page: Page;

(executablePath === null ? describe.skip : describe)('in the page', () => {
  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    const fast = { perMinute: 6_000, burst: 100 };
    world = await createWorld({ bot: script(join(ROOT, 'src/bot/start.ts')), rates: { post: fast, update: fast } });
    const args = ['--no-sandbox', '--disable-background-networking', '--disable-gpu'];
    browser = await chromium.launch({ executablePath: executablePath ?? '', args });
    page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    page.setDefaultTimeout(45_000);
    await page.goto(world.workspace.url);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await world.close();
  });

  const shot = (name: string) => page.screenshot({ path: join(SHOTS, `${name}.png`) });
  const form = () => page.locator('dialog.modal');
  const become = (name: string) => page.locator('#people').getByRole('button', { name }).click();
  const choose = (operation: string) => form().locator('select[data-action="pick_operation"]').selectOption(operation);

  test('a change is asked by a form, its server found by name, and is waiting at Home', async () => {
    await become('ana');
    const composer = page.locator('#typing');
    await composer.fill('/palm');
    await composer.press('Escape');
    await composer.press('Enter');
    await choose('palm purge');
    const servers = form().locator('[data-action="uuids"]');
    await servers.locator('input').fill('pricer');
    await servers.getByRole('option', { name: SEED.dead }).click();
    await shot('form');
    await form().locator('[type=submit]').click();
    await form().getByText('Nothing has been changed or posted yet').waitFor();
    await shot('form-preview');
    await form().getByRole('button', { name: 'Ask for approval' }).click();
    await page.locator('#messages').getByText('Nothing has been changed yet').waitFor();
    await become('ben');
    await page.locator('#channels').getByRole('link', { name: 'Home' }).click();
    const home = page.locator('#home');
    await home.getByText('Delete 1 server from PALM').waitFor();
    await shot('home');
    await home.getByRole('button', { name: 'Deny' }).click();
    await form().locator('textarea').fill('it is alive');
    await form().locator('[type=submit]').click();
    await home.getByText('Nothing waits for your decision').waitFor();
    await page.locator('#channels').getByRole('link', { name: 'inc-42' }).click();
    await page.locator('#messages').getByText('it is alive', { exact: true }).waitFor();
  }, 120_000);

  test('the shortcut of a reply opens a form for its thread', async () => {
    await become('cho');
    const composer = page.locator('#typing');
    await composer.fill('FVE0 looks odd');
    await composer.press('Enter');
    const root = page.locator('#messages li').filter({ hasText: 'FVE0 looks odd' });
    await root.locator('details.shortcuts summary').click();
    await root.getByRole('button', { name: 'Run a diagnostic here' }).click();
    await choose('openio election status');
    await form().locator('select[data-action="type"]').selectOption('meta2');
    const name = form().locator('[data-action="name"]');
    await name.locator('input').fill('FVE0');
    await name.getByRole('option', { name: 'FVE0' }).click();
    await form().locator('[type=submit]').click();
    await page.locator('#messages li.in-thread').getByText('/openio election status meta2 FVE0').waitFor();
    await shot('thread');
  }, 120_000);
});
