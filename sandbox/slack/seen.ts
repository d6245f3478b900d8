/** What people see: messages, modals and files, as tests read them and as the page draws them. */
import type { Block } from './check/blocks';
import { elementsOf } from './check/totals';
import { draw } from './draw/blocks';
import type { Drawing, Names } from './draw/drawing';
import { plain } from './draw/plain';
import { BOT, SLACKBOT } from './identity';
import type { Store } from './store';
import type { HomeTab, OpenView, StoredFile, StoredMessage } from './types';

export interface SeenMessage {
  readonly channel: string;
  readonly ts: string;
  /** A name. */
  readonly author: string;
  /** The fallback: what notifications and screen readers get. */
  readonly text: string;
  readonly blocks: readonly Block[];
  /** Names of those whom it notified when it was posted. */
  readonly notified: readonly string[];
  /** How often it was changed. */
  readonly edited: number;
  readonly threadTs: string | undefined;
  readonly files: readonly StoredFile[];
  /** The visible text of its buttons. */
  readonly buttons: readonly string[];
  /** Everything that a person would see of it, as text. */
  readonly plain: string;
}

export interface SeenView {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly privateMetadata: string | undefined;
  /** By block id. */
  readonly errors: Readonly<Record<string, string>>;
  readonly plain: string;
}

export interface SeenHome {
  readonly blocks: readonly Block[];
  readonly buttons: readonly string[];
  readonly plain: string;
}

function namesOf(store: Store): Names {
  return {
    person: store.nameOf,
    channel: (id) => store.findChannel(id)?.name ?? id,
    group: (id) => store.userGroups.find((group) => group.id === id)?.handle ?? id,
  };
}

function filesOf(store: Store, message: StoredMessage): readonly StoredFile[] {
  return message.fileIds.flatMap((id) => store.files.get(id) ?? []);
}

function drawingsOf(store: Store, message: StoredMessage): readonly Drawing[] {
  return message.text === '' && message.blocks.length === 0 ? [] : draw(message, namesOf(store));
}

export function seenMessage(store: Store, message: StoredMessage): SeenMessage {
  const files = filesOf(store, message);
  return {
    channel: message.channel,
    ts: message.ts,
    author: store.nameOf(message.author),
    text: message.text,
    blocks: message.blocks,
    notified: message.notified.map(store.nameOf),
    edited: message.editedCount,
    threadTs: message.threadTs,
    files,
    buttons: buttonsIn(message.blocks),
    plain: [plain(drawingsOf(store, message)), ...files.map((file) => `[file: ${file.name}]`)]
      .filter(Boolean)
      .join('\n'),
  };
}

export function seenView(store: Store, open: OpenView): SeenView {
  const { view } = open;
  return {
    id: open.id,
    title: view.title.text,
    blocks: view.blocks,
    privateMetadata: view.private_metadata,
    errors: open.errors,
    plain: plain(draw({ text: '', blocks: view.blocks }, namesOf(store))),
  };
}

export function seenHome(store: Store, { view: { blocks } }: HomeTab): SeenHome {
  return { blocks, buttons: buttonsIn(blocks), plain: plain(draw({ text: '', blocks }, namesOf(store))) };
}

function buttonsIn(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap(elementsOf).flatMap((one) => (one.type === 'button' ? [one.text.text] : []));
}

/** As the page draws it. */
export function shownHome(store: Store, { hash, view: { blocks } }: HomeTab) {
  return { hash, drawings: blocks.length > 0 ? draw({ text: ' ', blocks }, namesOf(store)) : [] };
}

/** Characters of a text file shown under its message. */
const PREVIEW = 4_000;

function shownFile(file: StoredFile) {
  const readable = file.mimetype.startsWith('text/') || file.mimetype === 'application/json';
  return {
    id: file.id,
    name: file.name,
    title: file.title,
    size: file.bytes.length,
    picture: isPicture(file),
    table: file.mimetype === 'text/csv',
    preview: readable ? file.bytes.toString('utf8').slice(0, PREVIEW) : undefined,
  };
}

/** The kinds that a browser draws and that cannot hold scripts. */
export function isPicture(file: StoredFile): boolean {
  return ['image/png', 'image/jpeg', 'image/gif'].includes(file.mimetype);
}

function kindOf(author: string): 'app' | 'slackbot' | 'person' {
  if (author === BOT.user) return 'app';
  return author === SLACKBOT ? 'slackbot' : 'person';
}

/** A message as the page draws it. */
export function shownMessage(store: Store, message: StoredMessage) {
  return {
    channel: message.channel,
    ts: message.ts,
    author: { id: message.author, name: store.nameOf(message.author), kind: kindOf(message.author) },
    threadTs: message.threadTs,
    edited: message.editedCount > 0,
    onlyYou: message.audience !== undefined,
    failure: message.failure,
    drawings: drawingsOf(store, message),
    files: filesOf(store, message).map(shownFile),
  };
}

export function shownView(store: Store, open: OpenView) {
  const { view, errors, id, hash } = open;
  const drawings = draw({ text: ' ', blocks: view.blocks }, namesOf(store));
  return {
    id,
    hash,
    title: view.title.text,
    submit: view.submit?.text,
    close: view.close?.text ?? 'Cancel',
    errors,
    drawings: view.blocks.length > 0 ? drawings : [],
  };
}
