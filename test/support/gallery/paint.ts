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
import { NOW, type Shown } from './records';
import { shown } from './shown';
import { setStage } from './stage';

const WIDTH = 760;
const HEIGHT = 2_400;
const MARGIN = 12;
/** Where the page asks for pictures; they are handed to it from here. */
const FILES = '/_/files/';
const ONLY_MESSAGES = `
  #rail, #world, .top, #lost, #composer, .reply, .byline time, .download { display: none !important }
  /* A picture cannot be scrolled. */
  .table { max-height: none } .table:has(th:nth-child(6)) .wrapped { min-width: 112px }
  body { display: block !important } #main { width: ${WIDTH}px; height: ${HEIGHT}px }
`;

const TERMINAL = `
  body { margin: 0; background: #14171c }
  pre { margin: 0; padding: 16px; width: ${WIDTH - 32}px; white-space: pre-wrap; overflow-wrap: anywhere;
    font: 13px/1.45 monospace; background: #14171c; color: #d8dee6 }
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
    const pictures = await shown(stage);
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
  readonly browser: Browser;
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
  return { browser, page, files };
}

async function take({ browser, page, files }: Studio, one: Shown, path: string): Promise<void> {
  if (one.kind === 'terminal') return takeTerminal(browser, one.text, path);
  await page.evaluate(drawing(stateOf(one, files), one.kind));
  await page.evaluate('Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)))');
  if (one.kind === 'form') return takeForm(page, path);
  if (one.kind === 'home') return takeHome(page, path);
  const boxes = await page
    .locator('#messages > li')
    .evaluateAll((items) => items.map((item) => item.getBoundingClientRect().toJSON()));
  const top = Math.min(...boxes.map((box) => box.top));
  const height = Math.max(...boxes.map((box) => box.bottom)) - top;
  writeFileSync(path, withPalette(await page.screenshot({ clip: { x: 0, y: top, width: WIDTH, height } })));
}

/** What draws it in the page. */
const DRAWN_BY = {
  message: ['messages', 'showMessages'],
  'only you': ['messages', 'showMessages'],
  form: ['modal', 'showModal'],
  home: ['home', 'showHome'],
} as const;

/** As text: the compiler of the tests would make something else of an import for the browser. */
function drawing(state: unknown, kind: keyof typeof DRAWN_BY): string {
  const [module, show] = DRAWN_BY[kind];
  return `import('/page/${module}.js').then(({ ${show}: show }) => {
    const state = ${JSON.stringify(state)};
    const page = { state, me: () => state.me, channel: () => state.channels[0], replyTo: () => undefined };
    show(page, ${kind === 'home'});
  })`;
}

async function takeHome(page: Page, path: string): Promise<void> {
  const home = page.locator('#home');
  const { bottom, top } = await home.evaluate((node) => ({
    top: node.getBoundingClientRect().top,
    bottom: node.lastElementChild?.getBoundingClientRect().bottom ?? 0,
  }));
  const height = bottom - top + MARGIN;
  writeFileSync(path, withPalette(await page.screenshot({ clip: { x: 0, y: top, width: WIDTH, height } })));
  await page.evaluate("import('/page/home.js').then(({ showHome }) => showHome({}, false))");
}

/** A terminal of its own: nothing of the page's looks. */
async function takeTerminal(browser: Browser, text: string, path: string): Promise<void> {
  const window = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
  await window.setContent(`<style>${TERMINAL}</style><pre></pre>`);
  await window.locator('pre').evaluate((pre, said) => pre.append(said), text);
  writeFileSync(path, withPalette(await window.locator('pre').screenshot()));
  await window.close();
}

async function takeForm(page: Page, path: string): Promise<void> {
  writeFileSync(path, withPalette(await page.locator('dialog.modal').screenshot()));
  await page.locator('dialog.modal').evaluate((dialog) => dialog.remove());
}

const TS = '1764040327.000100';
const NAMES = {
  now: new Date(NOW),
  person: (id: string) => Object.values(PEOPLE).find((one) => one.id === id)?.name ?? id,
  channel: (id: string) => CHANNELS.find((one) => one.id === id)?.name ?? id,
  group: (id: string) => id,
};

/** What the page would be told of a workspace that holds nothing else. */
function stateOf(one: Exclude<Shown, { kind: 'terminal' }>, files: Map<string, Buffer>) {
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
  if (one.kind === 'home') return { ...common, home: { hash: '1', drawings: drawn(one.view.blocks) } };
  const { text, blocks, files: below } = one.drawing;
  const drawings = drawn(blocks, text);
  const root = messageOf({ ts: TS, drawings, onlyYou: one.kind === 'only you' });
  const replies = below.map((file, nth) =>
    messageOf({ ts: `${TS}${nth}`, threadTs: TS, files: [fileOf(file, `F${nth}`, files)] }),
  );
  return { ...common, messages: [root, ...replies] };
}

function drawn(blocks: readonly unknown[], text = ' ') {
  return draw({ text, blocks: messageBlocks.parse(blocks) }, NAMES);
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
