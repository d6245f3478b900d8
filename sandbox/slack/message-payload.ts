/** How messages and files look to the app. */
import { APP_ID, BOT, TEAM } from './identity';
import type { StoredFile, StoredMessage } from './types';

interface Around {
  readonly store: { readonly files: ReadonlyMap<string, StoredFile>; messages(): readonly StoredMessage[] };
  readonly origin: () => string;
}

function filetypeOf(name: string): string {
  return name.includes('.') ? (name.split('.').at(-1) ?? '') : 'text';
}

export function filePayload(file: StoredFile, origin: string): Readonly<Record<string, unknown>> {
  const url = `${origin}/files-pri/${TEAM.id}-${file.id}/${encodeURIComponent(file.name)}`;
  return {
    id: file.id,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: filetypeOf(file.name),
    size: file.bytes.length,
    user: BOT.user,
    mode: 'hosted',
    url_private: url,
    url_private_download: url,
    permalink: url,
  };
}

/** The first message of a thread has it as well. */
function threadOf({ channel, ts, threadTs }: StoredMessage, all: readonly StoredMessage[]) {
  if (threadTs !== undefined) return { thread_ts: threadTs };
  return all.some((one) => one.channel === channel && one.threadTs === ts) ? { thread_ts: ts } : {};
}

export function messagePayload(message: StoredMessage, { store, origin }: Around): Readonly<Record<string, unknown>> {
  const files = message.fileIds.flatMap((id) => store.files.get(id) ?? []);
  return {
    type: 'message',
    user: message.author,
    ...(message.author === BOT.user ? { bot_id: BOT.bot, app_id: APP_ID } : {}),
    team: TEAM.id,
    ts: message.ts,
    text: message.text,
    blocks: message.blocks,
    ...threadOf(message, store.messages()),
    ...(message.editedCount > 0 ? { edited: { user: message.author, ts: message.ts } } : {}),
    ...(files.length > 0 ? { files: files.map((file) => filePayload(file, origin())) } : {}),
  };
}
