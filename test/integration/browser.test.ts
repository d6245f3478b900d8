import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { DISTKV_SCENARIOS } from '../../sandbox/distkv/scenarios';
import { OPENIO_SCENARIOS } from '../../sandbox/openio/scenarios';
import { PALM_SCENARIOS } from '../../sandbox/palm/scenarios';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import type { Line, Scenario } from '../../sandbox/world';
import { findBrowser } from '../support/browser';
import { script } from '../support/processes';

/** What a newcomer does, in a real browser: every story of the demo, typed and pressed in the page. */
const executablePath = findBrowser();
if (executablePath === null) console.warn('SKIPPED: the browser test needs Chromium (apt install chromium)');

const SHOTS = join(ROOT, '.cache/screenshots');
const STEP_MS = 45_000;
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
    page.setDefaultTimeout(STEP_MS);
    await page.goto(world.workspace.url);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await world.close();
  });

  test.each(
    [...PALM_SCENARIOS, ...OPENIO_SCENARIOS, ...DISTKV_SCENARIOS].map(
      (scenario) => [scenario.title, scenario] as const,
    ),
  )(
    '%s',
    async (_title, scenario) => {
      await play(scenario);
      await page.screenshot({ path: join(SHOTS, `${scenario.id}.png`) });
      expect(await messages().getByRole('button', { name: 'Approve' }).count()).toBe(0);
    },
    120_000,
  );
});

const messages = () => page.locator('#messages');

async function play(scenario: Scenario): Promise<void> {
  let after = '';
  for (const line of scenario.lines) {
    if (line.kind === 'type') after = world.workspace.messages().at(-1)?.ts ?? '';
    await playLine(line, after);
  }
}

async function playLine(line: Line, after: string): Promise<void> {
  if (line.kind === 'say') return;
  if (line.kind === 'wait') return wait(line.seconds * 1_000);
  if (line.kind === 'trouble') return world.workspace.switchTrouble(line.system, line.id, line.on);
  if (line.kind === 'expect') {
    if (line.who !== undefined) await actAs(line.who);
    return sees(line.text, after, line.who);
  }
  await actAs(line.who);
  if (line.kind === 'type') return type(line.command);
  if (line.kind === 'fill') return fill(line.values);
  await messages().getByRole('button', { name: line.button }).last().click();
  const dialog = page.locator('dialog.confirm');
  if (await dialog.isVisible()) await dialog.getByRole('button', { name: line.button }).click();
}

/** Only what came since the last command: an older message may say the same. */
async function sees(text: string, after: string, who?: string): Promise<void> {
  const all = () => [...world.workspace.messages(), ...(who === undefined ? [] : world.workspace.ephemerals(who))];
  const said = await world.workspace.until(
    () => all().find((one) => one.ts > after && one.plain.includes(text)),
    STEP_MS,
  );
  await messages().locator(`li[data-ts="${said.ts}"]`).filter({ hasText: text }).waitFor();
}

async function actAs(name: string): Promise<void> {
  const person = page.locator('#people').getByRole('button', { name, includeHidden: true });
  // Behind an open form nobody else can be chosen.
  if ((await person.getAttribute('aria-pressed')) !== 'true') await person.click();
}

async function fill(values: Readonly<Record<string, string>>): Promise<void> {
  const form = page.getByRole('dialog');
  for (const [id, value] of Object.entries(values)) await form.locator(`[data-action="${id}"]`).fill(value);
  await form.locator('[type=submit]').click();
}

async function type(command: string): Promise<void> {
  const composer = page.getByRole('combobox');
  await composer.fill(command);
  await composer.press('Escape');
  await composer.press('Enter');
}
