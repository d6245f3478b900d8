import { type Clusters, shownCluster } from '../../handlers/clusters';
import type { Text } from '../../handlers/view';
import type { Request, Waiting } from '../../jobs/request/request';
import type { Admission } from '../../jobs/rules/admission';
import type { Drawn, Redraws } from '../../jobs/store/redraws';
import type { Log } from '../log';
import { isFinal } from '../message/slack-refusals';
import { clusterMark } from '../message/titles';
import { type NoticeKind, noticeText } from '../message/waiting';
import { section } from '../view/canvas';
import { mrkdwn, richElements } from '../view/rich';
import { callableOf, ruledNow } from './approvers';
import type { Sent, Slack } from './slack';

/**
 * Below a waiting card: Slack notifies people of a new message only, never of an edit. So whoever may approve is called
 * in the thread when the card came by an edit, and is reminded there when time runs out. Each at most once: it is
 * remembered before it is posted, and one whose answer was lost is not posted again. One that could name no people, because
 * Slack did not tell who is in which group, is remembered apart: those who may approve are called once Slack tells.
 */
interface NoticesDeps {
  readonly slack: Slack;
  readonly redraws: Redraws;
  readonly admission: Admission;
  readonly clusters: Clusters;
  readonly log: Log;
}

/** The message with what was posted below it, or how long to wait. */
export type Noticed =
  | { readonly kind: 'shown'; readonly shown: Drawn }
  | { readonly kind: 'later'; readonly ms: number }
  | { readonly kind: 'again'; readonly why: string };

export async function postNotices(deps: NoticesDeps, request: Request, shown: Drawn): Promise<Noticed> {
  const { state } = request;
  if (state.kind !== 'planned') return { kind: 'shown', shown };
  let message = shown;
  for (const kind of due(state)) {
    if (message.notices?.includes(kind)) continue;
    const notice = await noticeOf(deps, request, kind);
    if (!notice || message.notices?.includes(notice.said)) continue;
    const before = message;
    message = { ...message, notices: [...(message.notices ?? []), notice.said] };
    await deps.redraws.remember(request.id, message);
    const sent = await post(deps, request, message, notice.text);
    if (sent.kind === 'slower') {
      await deps.redraws.remember(request.id, before);
      return { kind: 'later', ms: sent.seconds * 1_000 };
    }
    if (sent.kind === 'refused' && !isFinal(sent.error)) {
      await deps.redraws.remember(request.id, before);
      return { kind: 'again', why: sent.error };
    }
    if (sent.kind === 'refused' && isCardGone(sent.error) && !before.notices?.includes(anew(kind))) {
      // Drawn again it is posted anew, and then the notice below it; once, should only the notice be refused.
      const notices = [...(before.notices ?? []), anew(kind)];
      await deps.redraws.remember(request.id, { ...before, looks: '', notices });
      return { kind: 'later', ms: 0 };
    }
    if (sent.kind !== 'ok') deps.log.warn({ request: request.id, notice: kind, answer: sent }, 'notice not posted');
  }
  return { kind: 'shown', shown: message };
}

function isCardGone(error: string): boolean {
  return error === 'thread_not_found' || error === 'message_not_found';
}

function anew(kind: NoticeKind): string {
  return `${kind} anew`;
}

/** `said`: what is remembered of it. */
async function noticeOf({ admission, clusters }: NoticesDeps, request: Request, kind: NoticeKind) {
  const standing = await admission.standingOf(request);
  const now = ruledNow(request, standing);
  if (now.state.kind !== 'planned') return null;
  const callable = callableOf(standing);
  const mark = clusterMark(shownCluster(clusters, request));
  const isUntold = callable.kind === 'untold' && !now.state.held;
  return { said: isUntold ? `${kind} untold` : kind, text: noticeText(now, now.state, { kind, callable, mark }) };
}

function due({ remindedAt }: Waiting): readonly NoticeKind[] {
  return remindedAt === undefined ? ['call'] : ['call', 'reminder'];
}

/** In a thread there is no thread below a message: the notice follows it there. */
function post({ slack }: NoticesDeps, { place }: Request, message: Drawn, text: Text): Promise<Sent<unknown>> {
  const to = { channel: message.channel, thread: place.thread ?? message.ts };
  return slack.post(to, { text: mrkdwn(text), blocks: [section(richElements(text))] });
}
