/** Files: promised, sent, completed; then a message carries them. */
import { z } from 'zod';
import { BOT, randomId } from '../identity';
import { filePayload } from '../message-payload';
import type { StoredFile } from '../types';
import { checkContent, closedTo, conversation } from './chat';
import { count, type Desk, defineMethod, type Method, nested, type Reply, refuse, type Uploads, word } from './method';

const MIMETYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  gif: 'image/gif',
  jpg: 'image/jpeg',
  json: 'application/json',
  log: 'text/plain',
  md: 'text/markdown',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
};

function mimetypeOf(name: string): string {
  return MIMETYPES[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream';
}

export function createUploads(): Uploads {
  const promised = new Map<
    string,
    { readonly path: string; readonly name: string; readonly length: number; bytes?: Buffer }
  >();
  return {
    promise: (name, length) => {
      const id = randomId('F');
      const path = `/upload/${randomId('')}`;
      promised.set(id, { path, name, length });
      return { id, path };
    },
    receive: (path, bytes) => {
      const found = [...promised.values()].find((one) => one.path === path);
      if (!found) return 'no file is expected here';
      if (bytes.length !== found.length) return `${found.length} bytes were announced and ${bytes.length} came`;
      found.bytes = bytes;
      return undefined;
    },
    take: (id) => {
      const found = promised.get(id);
      if (!found?.bytes) return undefined;
      promised.delete(id);
      return { name: found.name, bytes: found.bytes };
    },
  };
}

const getUploadURL = defineMethod({
  scopes: ['files:write'],
  tier: 'tier4',
  args: z.strictObject({
    filename: word,
    length: count.refine((length) => length > 0, 'must be more than 0'),
    alt_text: z.string().optional(),
    alt_txt: z.string().optional(),
    snippet_type: z.string().optional(),
  }),
  run: (args, desk) => {
    const { id, path } = desk.uploads.promise(args.filename, args.length);
    return { ok: true, upload_url: `${desk.origin()}${path}`, file_id: id };
  },
});

const uploaded = z.array(z.strictObject({ id: word, title: z.string().optional() })).min(1);

const complete = defineMethod({
  scopes: ['files:write'],
  tier: 'tier4',
  args: z.strictObject({
    files: nested.pipe(uploaded),
    channel_id: word.optional(),
    channels: word.optional(),
    thread_ts: word.optional(),
    initial_comment: z.string().optional(),
    blocks: nested.optional(),
  }),
  run: (args, desk) => {
    const place = args.channel_id ?? args.channels;
    const channel = place === undefined ? undefined : conversation(desk.store, place);
    if (place !== undefined && !channel) return refuse('channel_not_found');
    const closed = channel && closedTo(channel);
    if (closed) return refuse(closed);
    const files = keep(args.files, desk);
    if (!files) return refuse('file_not_found');
    const comment = args.blocks ? checkContent(args.initial_comment, args.blocks) : undefined;
    if (comment && !comment.ok) return comment;
    if (channel) {
      const said = {
        text: args.initial_comment ?? '',
        blocks: comment?.content.blocks ?? [],
        threadTs: args.thread_ts,
      };
      desk.store.post({ ...said, channel: channel.id, author: BOT.user, fileIds: files.map((file) => file.id) });
    }
    return { ok: true, files: files.map((file) => filePayload(file, desk.origin())) };
  },
});

/** All or none: undefined when one of them was never uploaded. */
function keep(wanted: z.infer<typeof uploaded>, desk: Desk): readonly StoredFile[] | undefined {
  const kept: StoredFile[] = [];
  for (const { id, title } of wanted) {
    const taken = desk.uploads.take(id);
    if (!taken) return undefined;
    kept.push({ id, ...taken, title: title ?? taken.name, mimetype: mimetypeOf(taken.name) });
  }
  for (const file of kept) desk.store.files.set(file.id, file);
  return kept;
}

const info = defineMethod({
  scopes: ['files:read'],
  tier: 'tier4',
  args: z.strictObject({ file: word, count: count.optional(), cursor: z.string().optional(), limit: count.optional() }),
  run: (args, desk): Reply => {
    const file = desk.store.files.get(args.file);
    if (!file) return refuse('file_not_found');
    const channels = desk.store.messages().flatMap((one) => (one.fileIds.includes(file.id) ? [one.channel] : []));
    return { ok: true, file: { ...filePayload(file, desk.origin()), channels }, comments: [] };
  },
});

export const files: Readonly<Record<string, Method>> = {
  'files.getUploadURLExternal': getUploadURL,
  'files.completeUploadExternal': complete,
  'files.info': info,
};
