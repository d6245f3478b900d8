import { type Clusters, onCluster, shownCluster } from '../../handlers/clusters';
import { plain, type Text, type View } from '../../handlers/view';
import { decidedOf, type Request, stepsOf, type Waiting } from '../../jobs/request/request';
import type { Ruling } from '../../jobs/rules/rules';
import type { Attachments } from '../../jobs/store/attachments';
import { commandOf } from '../../jobs/work/answer';
import { footerText } from '../message/footer';
import { clusterMark } from '../message/titles';
import { closing } from '../message/undone';
import { callOf, holdLines, quotaLines, undoLines } from '../message/waiting';
import { approversRuled, ruledNow } from '../outbox/approvers';
import { outcomeView } from '../receive/outcomes';
import { forShell, line, lines, TYPED, viewText } from './text';

export interface CardDeps {
  readonly clusters: Clusters;
  readonly attachments: Pick<Attachments, 'whole'>;
  readonly rulingOf: (request: Request) => Ruling;
}

/** A request as its message in Slack says it, for the terminal: the view, what state it is in, and who asked what. */
export async function cardText(deps: CardDeps, stored: Request): Promise<string> {
  const ruling = deps.rulingOf(stored);
  const request = ruledNow(stored, { ruling });
  const cluster = shownCluster(deps.clusters, request);
  const command = (words: string) => (cluster ? onCluster(words, cluster.name) : words);
  const file = (name: string) => `${TYPED} raw ${request.id} ${forShell(name)}`;
  const views: string[] = [];
  for (const view of viewsOf(request)) {
    const whole = await deps.attachments.whole(request.id, view);
    views.push(viewText(whole, { mark: clusterMark(cluster), command, file }));
  }
  return [...views, ...stateLines(ruling, request), footerLines(request)].join('\n\n');
}

function viewsOf(request: Request): readonly View[] {
  const { state } = request;
  if (state.kind === 'queued') return [];
  if (state.kind !== 'finished') return decidedOf(state) ? [state.proposed.preview] : [];
  return [outcomeView(request, state.outcome), ...(state.recheck.kind === 'made' ? [state.recheck.view] : [])];
}

function stateLines(ruling: Ruling, request: Request): readonly string[] {
  const { state } = request;
  const said = (...texts: readonly Text[]) => texts.map((text) => lines(plain(text)));
  switch (state.kind) {
    case 'queued':
      return ['Queued: no worker has read it yet.'];
    case 'planned':
      return [
        ...said(
          callOf(request, state),
          ...undoLines(state),
          ...holdLines(state),
          ...quotaLines(state),
          // While it is held nobody can approve; the lines above say who releases it.
          ...(state.held ? [] : [approversRuled(ruling)]),
        ),
        decisionsText(request, state),
      ];
    case 'approved':
      return ['Approved. Waiting for its turn.'];
    case 'running':
      return [`Running. ${stepsOf(state).map(stepText).join('\n')}`];
    case 'denied':
    case 'withdrawn':
    case 'expired':
      return said(closing(state));
    case 'finished':
      return state.outcome.kind === 'answered' ? [] : [`Outcome: ${state.outcome.kind}.`];
  }
}

export function stepText({ target, status, text }: ReturnType<typeof stepsOf>[number]): string {
  return line(`${target}: ${status}, ${text}`);
}

function decisionsText({ id }: Request, { held }: Waiting): string {
  return [
    held ? `Release:  ${TYPED} release ${id}` : `Approve:  ${TYPED} approve ${id}`,
    `Deny:     ${TYPED} deny ${id} "why"`,
    ...(held ? [] : [`Hold:     ${TYPED} hold ${id} "what looks wrong"`]),
    `Withdraw: ${TYPED} withdraw ${id}`,
  ].join('\n');
}

function footerLines(request: Request): string {
  return `${lines(plain(footerText(request)))}\n/${line(commandOf(request))}\nAll of it: ${TYPED} raw ${request.id}`;
}
