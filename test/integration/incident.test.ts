import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { findBrowser } from '../support/browser';
import { type Camera, createCamera, NO_CAMERA, WIDTH } from '../support/incident/camera';
import { STORY, type StepId } from '../support/incident/story';
import { script } from '../support/processes';

/** One incident with three people, in a real browser, from the first diagnose to the export: what docs/incident.md tells. */
const executablePath = findBrowser();
if (executablePath === null) console.warn('SKIPPED: the incident needs Chromium (apt install chromium)');

let world: World;
let browser: Browser;
let page: Page;
let camera: Camera;

(executablePath === null ? describe.skip : describe)('in the page', () => {
  beforeAll(async () => {
    const fast = { perMinute: 6_000, burst: 100 };
    world = await createWorld({ bot: script(join(ROOT, 'src/bot/start.ts')), rates: { post: fast, update: fast } });
    const args = ['--no-sandbox', '--disable-background-networking', '--disable-gpu'];
    browser = await chromium.launch({ executablePath: executablePath ?? '', args });
    page = await browser.newPage({ viewport: { width: WIDTH, height: 900 }, timezoneId: 'UTC' });
    page.setDefaultTimeout(45_000);
    await page.goto(world.workspace.url);
    await page.locator('#world-toggle').click();
    const isAsked = process.env.INCIDENT_PICTURES === 'yes';
    camera = isAsked ? createCamera(page, join(ROOT, 'docs', 'incident')) : NO_CAMERA;
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await world.close();
  });

  const messages = (text: string | RegExp) => page.locator('#messages > li').filter({ hasText: text });
  const form = () => page.locator('dialog.modal');
  const become = (name: string) => page.locator('#people').getByRole('button', { name }).click();
  const go = (name: string) => page.locator('#channels').getByRole('link', { name }).click();

  test('an incident of three people is diagnosed, doubted, repaired, shared and exported', async () => {
    const seen: StepId[] = [];
    /** The page says all of this, in what is looked at. */
    const step = async (id: StepId, looked: ReturnType<typeof messages>, texts: readonly (string | RegExp)[]) => {
      for (const text of texts) await looked.filter({ hasText: text }).first().waitFor();
      await camera.take(id, looked);
      seen.push(id);
    };

    await world.workspace.switchTrouble('openio', 'lost-rows-slave', true);
    await become('ana');
    await type('Reads of FVE0 fail now and then. I am looking into it.');
    await type('/openio election diagnose meta2 FVE0');
    await step('01-diagnose', messages(/Reads of FVE0 fail|election diagnose meta2 FVE0/), ['lacks sys.m2.ctime']);

    await type('/openio container check FVE0');
    const check = messages('/openio container check FVE0');
    await step('02-check', check, ['lacks sys.m2.ctime', 'request ids in the logs']);

    await check.getByRole('button', { name: 'Sync' }).click();
    await page.locator('#messages').getByRole('button', { name: 'Approve' }).waitFor();
    const asked = await messages('Nothing has been changed yet').textContent();
    const request = /Request (R\w+)/.exec(asked ?? '')?.[1] ?? 'no request';
    /** The message of the request; the ones below it say its id as well. */
    const card = () => messages(new RegExp(`Request ${request}`));
    await step('03-preview', messages(request), [
      'Nothing has been changed yet. Cannot be undone. Needs 2 approvals by somebody other than @ana',
      'What the overwritten copies hold now is lost',
      'May approve: @ben, @cho. The requester never counts.',
    ]);

    await become('ben');
    await card().getByRole('button', { name: 'Looks wrong to me' }).click();
    await form().locator('textarea').fill('Which copy survives? The bad one may be the master.');
    await step('04-doubt', form(), ['nobody can approve it until it is released']);

    await form().locator('[type=submit]').click();
    await card().filter({ hasText: 'Held by @ben' }).waitFor();
    expect(await page.locator('#messages').getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await become('ana');
    await card().getByRole('button', { name: 'Reply in thread' }).click();
    await type('The master’s copy is complete. Only the slave’s is overwritten; see the table.');
    const thread = messages(new RegExp(`${request}|The master’s copy is complete`));
    await step('05-held', thread, [
      'Which copy survives? The bad one may be the master.',
      'Nobody can approve it until @ben releases it',
      'The master’s copy is complete',
    ]);

    await become('ben');
    await pressAndConfirm('Release');
    await pressAndConfirm('Approve');
    await step('06-one-of-two', thread, ['Needs 1 approval by']);

    await become('cho');
    await pressAndConfirm('Approve');
    await step('07-repaired', thread, ['agree again', 'Asked by @ana']);

    await become('ana');
    await type('/openio election diagnose meta2 FVE0');
    const well = messages('/openio election diagnose meta2 FVE0').last();
    await step('08-well', well, ['FVE0 of myaccount (meta2): nothing wrong was found']);

    await card().getByRole('button', { name: 'Share' }).click();
    await form().locator('select').selectOption({ label: '#storage-ops' });
    await form().locator('[type=submit]').click();
    await form().waitFor({ state: 'detached' });
    await go('storage-ops');
    await step('09-shared', messages('agree again'), ['@ana', 'inc-42']);

    await become('ben');
    await go('Home');
    await step('10-home', page.locator('#home > *'), ['Nothing waits for your decision', 'nothing wrong was found']);

    await go('inc-42');
    await become('cho');
    await type('/ops audit verify');
    await step('11-audit', messages('/ops audit verify'), ['The audit trail is whole']);

    await become('ana');
    await type('/ops timeline --export');
    const timeline = messages(/\/ops timeline --export|timeline\.md/);
    await timeline.getByText('timeline.md', { exact: true }).first().waitFor();
    // The part of its table that ends with the outcome: the approvals stand above.
    const outcome = timeline.locator('table tr').filter({ hasText: 'succeeded: The copies' });
    await outcome.evaluate((row) => row.scrollIntoView({ block: 'end' }));
    await step('12-timeline', timeline, [
      /People: .*@ana.*@ben.*@cho/,
      /Outcomes: .*1 succeeded/,
      'The bad one may be',
    ]);

    camera.develop();
    expect(seen).toEqual(STORY.map(({ id }) => id));
  }, 180_000);
});

async function type(text: string): Promise<void> {
  const composer = page.locator('#typing');
  await composer.fill(text);
  await composer.press('Escape');
  await composer.press('Enter');
}

async function pressAndConfirm(name: string): Promise<void> {
  await page.locator('#messages').getByRole('button', { name }).last().click();
  await page.locator('dialog.confirm').getByRole('button', { name }).click();
}
