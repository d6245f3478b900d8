import { createHash } from 'node:crypto';
import type { Request } from '../../jobs/request/request';
import { type Attachments, wholeText } from '../../jobs/store/attachments';
import type { Drawn, Redraws } from '../../jobs/store/redraws';
import type { Log } from '../log';
import { isFinal } from '../message/slack-refusals';
import type { Drawing, FileToPost } from '../view/canvas';
import { toPng } from './png';
import { DONE, type Next } from './pump';
import { rawText } from './raw';
import type { Sent, Slack } from './slack';

interface FilesDeps {
  readonly slack: Slack;
  readonly redraws: Redraws;
  readonly attachments: Attachments;
  readonly log: Log;
}

interface Posting {
  /** Names the message among those of the request. */
  readonly key: string;
  readonly shown: Drawn;
  readonly drawing: Drawing;
  /** The thread that the message itself is in: there is none below a reply, so its files follow it there. */
  readonly thread: string | undefined;
}

/** A message, and what is still to be done with it. */
export interface Posted {
  readonly next: Next;
  readonly message: Drawn;
}

/** Posts what the message has no room for, each file once. */
export async function postFiles(deps: FilesDeps, request: Request, posting: Posting): Promise<Posted> {
  const { key, shown, drawing, thread } = posting;
  let message = shown;
  for (const file of drawing.files) {
    const mark = markOf(file);
    if (message.files.includes(mark)) continue;
    const sent = await postFile(deps, request, { channel: message.channel, ts: thread ?? message.ts }, file);
    if (sent.kind === 'slower') return { next: { kind: 'later', ms: sent.seconds * 1_000 }, message };
    if (sent.kind === 'lost' || (sent.kind === 'refused' && !isHopeless(sent.error)))
      return { next: { kind: 'again', why: sent.error }, message };
    if (sent.kind === 'refused')
      deps.log.error({ request: request.id, file: file.name, error: sent.error }, 'file refused');
    message = { ...message, files: [...message.files, mark] };
    await deps.redraws.remember(key, message);
  }
  return { next: DONE, message };
}

const NOT_DRAWN = 'the picture could not be drawn';
/** About this one file. */
const OF_FILES = /^(?:file|blocked_file|malware|snippet|no_file|storage_limit|slack_connect_file)/;

function isHopeless(error: string): boolean {
  return error === NOT_DRAWN || OF_FILES.test(error) || isFinal(error);
}

async function postFile(
  deps: FilesDeps,
  request: Request,
  below: Pick<Drawn, 'channel' | 'ts'>,
  file: FileToPost,
): Promise<Sent<null>> {
  const data = await contentOf(deps, request, file);
  // A picture that cannot be drawn now will not be drawn the next time either.
  if (data === null) return { kind: 'refused', error: NOT_DRAWN, details: '' };
  return deps.slack.upload(below, { ...file, data });
}

/** By what it holds: preview and result may have files of the same name. */
export function markOf({ name, content }: FileToPost): string {
  if (content.kind === 'record') return name;
  if (content.kind === 'attachment') return `${name} ${content.stored}`;
  const text = content.kind === 'svg' ? content.svg : content.text;
  return `${name} ${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}

async function contentOf(
  { attachments, log }: FilesDeps,
  request: Request,
  { content }: FileToPost,
): Promise<Buffer | null> {
  if (content.kind === 'text') return Buffer.from(content.text);
  if (content.kind === 'attachment') {
    const part = await attachments.load(request.id, content.stored);
    return Buffer.from(part === null ? 'This file is not kept any more.' : wholeText(part));
  }
  if (content.kind === 'record') return Buffer.from(await rawText(request, attachments));
  try {
    return toPng(content.svg);
  } catch (error) {
    log.error({ error, request: request.id }, 'picture not drawn');
    return null;
  }
}
