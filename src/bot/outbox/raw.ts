import { decidedOf, type Request } from '../../jobs/request/request';
import type { Attachments } from '../../jobs/store/attachments';
import { commandOf } from '../../jobs/work/answer';
import { outcomeView } from '../receive/outcomes';
import type { FileToPost } from '../view/canvas';

/** Everything that is known of a request that has ended, as a file: the exact values, nothing shortened or laid out. */
export function rawFile({ id }: Request): FileToPost {
  return { name: `${id}.json`, alt: 'the whole result as data', content: { kind: 'record' } };
}

export async function rawText(request: Request, attachments: Pick<Attachments, 'whole'>): Promise<string> {
  const { id, state, requester, place, askedAt } = request;
  const whole = (view: Parameters<Attachments['whole']>[1]) => attachments.whole(id, view);
  const decided = decidedOf(state);
  const ended = state.kind === 'finished' ? state : null;
  const data = {
    request: id,
    command: `/${commandOf(request)}`,
    cluster: request.cluster,
    requester,
    channel: place.channel,
    askedAt: iso(askedAt),
    state: state.kind,
    ...(ended && {
      endedAt: iso(ended.at),
      startedAt: ended.startedAt === null ? null : iso(ended.startedAt),
      outcome: ended.outcome.kind,
      result: await whole(outcomeView(request, ended.outcome)),
      ...('steps' in ended.outcome && { steps: ended.outcome.steps, findings: ended.outcome.findings }),
      ...(ended.recheck.kind === 'made' && { secondLook: await whole(ended.recheck.view) }),
    }),
    ...(state.kind === 'expired' && { endedAt: iso(state.at) }),
    ...((state.kind === 'denied' || state.kind === 'withdrawn') && {
      endedAt: iso(state.at),
      by: state.by,
      reason: state.reason ?? null,
    }),
    ...(decided && {
      fingerprint: decided.proposed.fingerprint,
      plan: decided.proposed.plan,
      approvals: decided.approvals.map(({ by, at }) => ({ by, at: iso(at) })),
      preview: await whole(decided.proposed.preview),
    }),
  };
  return `${JSON.stringify(data, null, 2)}\n`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
