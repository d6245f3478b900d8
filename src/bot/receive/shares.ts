import { hasEnded } from '../../jobs/request/request';
import type { Requests } from '../../jobs/requests';
import type { Redraws } from '../../jobs/store/redraws';
import { gone, type Store } from '../../jobs/store/store';
import { shareForm } from '../forms/share-form';
import { ownFace, sharedFaces } from '../outbox/faces';
import { markOf } from '../outbox/files';
import { rawFile } from '../outbox/raw';
import { type Click, type ClickAnswer, TAKEN, whisper } from './clicks';
import { refusal } from './commands';
import { shareResult } from './sharing';

/** What can be done with a result: share it, post a private one where it was asked, take its data. */
interface ShareDeps {
  readonly store: Store;
  readonly requests: Requests;
  readonly redraws: Redraws;
}

/** *Share*: where to? */
export async function askWhere({ store }: ShareDeps, click: Click): Promise<ClickAnswer> {
  const request = await store.load(click.request);
  if (!request) return whisper(refusal(gone(click.request).why));
  return { kind: 'form', form: shareForm(request) };
}

/** *Post it here*, of an answer that only one person has seen. It may still be read; it is posted when it is there. */
export async function postWhereAsked(deps: ShareDeps, click: Click): Promise<ClickAnswer> {
  const request = await deps.store.load(click.request);
  if (!request) return whisper(refusal(gone(click.request).why));
  const shared = await shareResult(deps, request.id, { by: click.user, place: request.place });
  return shared.ok ? TAKEN : whisper(refusal(shared.refusal.why));
}

/** *Raw*: the whole record as a file below the message that was clicked, once. */
export async function giveData({ store, redraws }: ShareDeps, click: Click): Promise<ClickAnswer> {
  const request = await store.load(click.request);
  if (!request) return whisper(refusal(gone(click.request).why));
  if (!hasEnded(request.state)) return whisper(refusal(`Request ${request.id} has not ended yet.`));
  const faces = [ownFace(request), ...sharedFaces(request)];
  const messages = await Promise.all(faces.map(({ key }) => redraws.message(key)));
  const index = Math.max(
    0,
    messages.findIndex((message) => message?.ts === click.ts && message.channel === click.channel),
  );
  const file = rawFile(request);
  if (messages[index]?.files.includes(markOf(file)))
    return whisper({
      title: 'It is there already',
      tone: 'neutral',
      parts: [{ kind: 'text', text: `${file.name} is in the thread of this message.` }],
    });
  await redraws.want(request.id, faces[index]?.key ?? request.id);
  return TAKEN;
}
