import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Block, messageBlocks, modal } from '../../../sandbox/slack/check/blocks';
import { draw } from '../../../sandbox/slack/draw/blocks';
import { createWorkspace } from '../../../sandbox/slack/workspace';
import { CHANNELS, PEOPLE } from '../../../sandbox/world';
import { toPng } from '../../../src/bot/outbox/png';
import type { FileToPost } from '../../../src/bot/view/canvas';
import { findBrowser } from '../browser';
import { KINDS } from './kinds';
import { withPalette } from './palette';
import { type Shown, shown } from './shown';
import { setStage } from './stage';

const WIDTH = 760;
const HEIGHT = 2_400;
/** Where the page asks for pictures; they are handed to it from here. */
const FILES = '/_/files/';
const ONLY_MESSAGES = `
  #rail, #world, .top, #lost, #composer, .reply, .byline time, .download { display: none !important }
  body { display: block !important } #main { width: ${WIDTH}px; height: ${HEIGHT}px }
`;

/** Draws every kind of message with the page of the pretend Slack, and takes its picture. Returns how many there are. */
export async function paint(root: string): Promise<number> {
  const executablePath = findBrowser();
  if (executablePath === null) throw new Error('the pictures need Chromium (apt install chromium)');
  const folder = join(root, 'docs', 'pictures');
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'manifest.json'), 'utf8'));
  const [{ stage, close }, workspace] = await Promise.all([setStage(), createWorkspace({ manifest })]);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const studio = await open(browser, workspace.url);
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    const pictures = shown(stage);
    const missing = KINDS.filter(({ id }) => !pictures.has(id));
    if (missing.length > 0) throw new Error(`no picture of ${missing.map(({ id }) => id).join(', ')}`);
    for (const [id, one] of pictures) await take(studio, one, join(folder, `${id}.png`));
    return pictures.size;
  } finally {
    await browser.close();
    await workspace.close();
    await close();
  }
}

interface Studio {
  readonly page: Page;
  /** Pictures by the id that the page asks for. */
  readonly files: Map<string, Buffer>;
}

async function open(browser: Browser, url: string): Promise<Studio> {
  const files = new Map<string, Buffer>();
  const page = await browser.newPage({
    viewport: { width: WIDTH, height: HEIGHT },
    timezoneId: 'UTC',
    bypassCSP: true,
  });
  // Nothing new may come from the workspace: what is drawn is given to the page.
  await page.route('**/_/events', (route) => route.abort());
  await page.route(`**${FILES}*`, (route, request) => {
    const body = files.get(request.url().split(FILES)[1] ?? '');
    return route.fulfill(body ? { body, contentType: 'image/png' } : { status: 404 });
  });
  await page.goto(url);
  await page.addStyleTag({ content: ONLY_MESSAGES });
  return { page, files };
}

async function take({ page, files }: Studio, one: Shown, path: string): Promise<void> {
  const isForm = one.kind === 'form';
  await page.evaluate(drawing(stateOf(one, files), isForm));
  await page.evaluate('Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)))');
  if (isForm) return takeForm(page, path);
  const boxes = await page
    .locator('#messages > li')
    .evaluateAll((items) => items.map((item) => item.getBoundingClientRect().toJSON()));
  const top = Math.min(...boxes.map((box) => box.top));
  const height = Math.max(...boxes.map((box) => box.bottom)) - top;
  writeFileSync(path, withPalette(await page.screenshot({ clip: { x: 0, y: top, width: WIDTH, height } })));
}

/** As text: the compiler of the tests would make something else of an import for the browser. */
function drawing(state: unknown, isForm: boolean): string {
  return `import('/page/${isForm ? 'modal' : 'messages'}.js').then(({ ${isForm ? 'showModal' : 'showMessages'}: show }) => {
    const state = ${JSON.stringify(state)};
    show({ state, me: () => state.me, channel: () => state.channels[0], replyTo: () => undefined });
  })`;
}

async function takeForm(page: Page, path: string): Promise<void> {
  writeFileSync(path, withPalette(await page.locator('dialog.modal').screenshot()));
  await page.locator('dialog.modal').evaluate((dialog) => dialog.remove());
}

const TS = '1764040327.000100';
const NAMES = {
  person: (id: string) => Object.values(PEOPLE).find((one) => one.id === id)?.name ?? id,
  channel: (id: string) => CHANNELS.find((one) => one.id === id)?.name ?? id,
  group: (id: string) => id,
};

/** What the page would be told of a workspace that holds nothing else. */
function stateOf(one: Shown, files: Map<string, Buffer>) {
  const common = {
    me: PEOPLE.ana.id,
    people: Object.values(PEOPLE),
    channels: CHANNELS,
    messages: [],
    shortcuts: [],
    commands: [],
    view: null,
  };
  if (one.kind === 'form') return { ...common, view: viewOf(one.view, common.me) };
  const { text, blocks, files: below } = one.drawing;
  const drawings = draw({ text, blocks: messageBlocks.parse(blocks) }, NAMES);
  const root = messageOf({ ts: TS, drawings, onlyYou: one.kind === 'only you' });
  const replies = below.map((file, nth) =>
    messageOf({ ts: `${TS}${nth}`, threadTs: TS, files: [fileOf(file, `F${nth}`, files)] }),
  );
  return { ...common, messages: [root, ...replies] };
}

function messageOf(more: object) {
  const author = { id: 'U0BOT', name: 'quorumbot', kind: 'app' };
  const usual = { edited: false, onlyYou: false, failure: false, drawings: [], files: [] };
  return { channel: CHANNELS[0].id, author, ...usual, ...more };
}

function viewOf(given: Extract<Shown, { kind: 'form' }>['view'], me: string) {
  const { title, submit, close, blocks } = modal.parse(given);
  const drawings = draw({ text: ' ', blocks: blocks satisfies readonly Block[] }, NAMES);
  const id = `${me} ${title.text}`;
  return { id, hash: '1', title: title.text, submit: submit?.text, close: close?.text, errors: {}, drawings };
}

/** A file of text is only named: what it holds is not the matter here. */
function fileOf({ name, content }: FileToPost, id: string, files: Map<string, Buffer>) {
  const file = { id, name, title: name };
  if (content.kind !== 'svg') {
    const size = content.kind === 'text' ? Buffer.byteLength(content.text) : 0;
    return { ...file, size, picture: false, table: name.endsWith('.csv') };
  }
  const png = toPng(content.svg);
  files.set(id, png);
  return { ...file, size: png.length, picture: true, table: false };
}
