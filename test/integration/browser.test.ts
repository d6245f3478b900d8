import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { findBrowser } from '../support/browser';
import { script } from '../support/processes';

/** What a newcomer does, in a real browser: the one journey of the README. */
const executablePath = findBrowser();
if (executablePath === null) console.warn('SKIPPED: the browser test needs Chromium (apt install chromium)');

const SHOTS = join(ROOT, '.cache/screenshots');
let world: World;
let browser: Browser;
let page: Page;

(executablePath === null ? describe.skip : describe)('the page', () => {
  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    world = await createWorld({ bot: script(join(ROOT, 'src/bot/start.ts')) });
    const args = ['--no-sandbox', '--disable-background-networking', '--disable-gpu'];
    browser = await chromium.launch({ executablePath: executablePath ?? '', args });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(world.workspace.url);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await world.close();
  });

  const type = async (command: string) => {
    const composer = page.getByRole('combobox');
    await composer.fill(command);
    await composer.press('Escape');
    await composer.press('Enter');
  };
  const actAs = (name: string) =>
    page
      .getByRole('button', { name: new RegExp(`^${name}`) })
      .first()
      .click();
  const shot = (name: string) => page.screenshot({ path: join(SHOTS, `${name}.png`) });

  test('a server is listed, shown and purged: refused as the one who asked, approved as another', async () => {
    await type('/palm servers');
    await page.getByText('5 PALM servers').waitFor();
    await shot('1-servers');
    await type('/palm purge 3f0d9a55');
    await page.getByText('Nothing has been changed yet').waitFor();
    await shot('2-preview');
    await page
      .getByRole('button', { name: /^Approve/ })
      .last()
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await page.getByText('somebody else must approve it').waitFor();
    await shot('3-refused');
    await actAs('ben');
    await page
      .getByRole('button', { name: /^Approve/ })
      .last()
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Outcome: succeeded').waitFor();
    await shot('4-purged');
    expect(await page.getByRole('button', { name: /^Approve/ }).count()).toBe(0);
    expect(world.workspace.messages('inc-42').at(-1)?.plain).toContain('Approved by (1 of 1): @ben');
  }, 60_000);
});
