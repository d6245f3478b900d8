import { createHash } from 'node:crypto';
import type { Attachments } from '../jobs/attachments';
import type { Drawn, Due, Redraws } from '../jobs/redraws';
import type { Request } from '../jobs/request';
import type { Drawing, FileToPost } from './blocks';
import type { Log } from './log';
import { toPng } from './png';
import { AGAIN_MS, DONE, type Next } from './pump';
import type { Sent, Slack } from './slack';

interface FilesDeps {
  readonly slack: Slack;
  readonly redraws: Redraws;
  readonly attachments: Attachments;
  readonly log: Log;
}

export interface Posting {
  readonly due: Due;
  readonly shown: Drawn;
  readonly drawing: Drawing;
}

/** Posts what the message has no room for, each file once, and says that the message is drawn. */
export async function postFiles(deps: FilesDeps, request: Request, { due, shown, drawing }: Posting): Promise<Next> {
  let message = shown;
  for (const file of drawing.files) {
    const mark = markOf(file);
    if (message.files.includes(mark)) continue;
    const sent = await postFile(deps, request, message, file);
    if (sent.kind === 'slower') return { kind: 'later', ms: sent.seconds * 1_000 };
    if (sent.kind === 'lost') return { kind: 'later', ms: AGAIN_MS };
    if (sent.kind === 'refused')
      deps.log.error({ request: request.id, file: file.name, error: sent.error }, 'file refused');
    message = { ...message, files: [...message.files, mark] };
    await deps.redraws.remember(request.id, message);
  }
  await deps.redraws.drawn(due, message);
  return DONE;
}

async function postFile(deps: FilesDeps, request: Request, message: Drawn, file: FileToPost): Promise<Sent<null>> {
  const data = await contentOf(deps, request, file);
  // A picture that cannot be drawn now will not be drawn the next time either.
  if (data === null) return { kind: 'refused', error: 'the picture could not be drawn', details: '' };
  return deps.slack.upload(message, { ...file, data });
}

/** By what it holds: preview and result may have files of the same name. */
function markOf({ name, content }: FileToPost): string {
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
    const text = await attachments.load(request.id, content.stored);
    return Buffer.from(text ?? 'This file is not kept any more.');
  }
  try {
    return toPng(content.svg);
  } catch (error) {
    log.error({ error, request: request.id }, 'picture not drawn');
    return null;
  }
}
