import type { KnownBlock, ModalView } from '@slack/types';
import type { ShownCluster } from '../../handlers/clusters';
import type { Text, View } from '../../handlers/view';
import type { Request, Waiting } from '../../jobs/request/request';
import type { Requests } from '../../jobs/requests';
import type { Ruling } from '../../jobs/rules/rules';
import type { Store } from '../../jobs/store/store';
import { commandOf } from '../../jobs/work/answer';
import { clusterMark } from '../message/titles';
import { callOf, holdLines, quotaLines, undoLines } from '../message/waiting';
import { waitingNow } from '../outbox/approvers';
import { refusal } from '../receive/commands';
import { codeForm } from './code-form';
import { withEnrolment } from './enrol-form';
import { drawInForm } from './in-form';
import { DONE, modal, notice, paragraph, type Submission, type Submitted } from './modals';

/** *Look at it*, of the Home tab: what waits, as its card shows it, and *Approve* below what would be done. */
export const APPROVE = 'approve';

export interface Looked {
  readonly request: Request;
  readonly state: Waiting;
  /** What the rules ask for by now. */
  readonly ruling: Ruling;
  /** Null: there is nothing to tell apart. */
  readonly cluster: ShownCluster | null;
  /** Of its card; null: it is not known yet. */
  readonly link: string | null;
}

export function approveForm({ request, state: shown, ruling, cluster, link }: Looked): ModalView {
  const state = waitingNow(shown, ruling);
  const { proposed, held } = state;
  const view = { ...proposed.preview, title: `${clusterMark(cluster)}${proposed.preview.title}` };
  const card: Text = link === null ? 'Its card is where it was asked.' : [{ message: link, text: 'Its card' }];
  const lines: readonly Text[] = [
    callOf(request, state),
    ...holdLines(state),
    ...undoLines(state),
    ...quotaLines(state),
    `/${commandOf(request)}`,
    card,
  ];
  const blocks: readonly KnownBlock[] = [
    ...drawInForm(view, IN_CARD, MOST_SHOWN),
    { type: 'divider' },
    ...lines.map(paragraph),
  ];
  const form = { callback: APPROVE, about: request.id, title: `Approve ${request.id}`, blocks };
  return modal(held ? form : { ...form, submit: 'Approve' });
}

const IN_CARD = 'is in its card.';
/** Blocks of the preview: what is said below it always finds room. */
const MOST_SHOWN = 70;

interface ApproveDeps {
  readonly requests: Requests;
  readonly store: Store;
}

/** The preview was read: now it is a vote like any other. */
export async function takeApprove({ requests, store }: ApproveDeps, { about, user }: Submission): Promise<Submitted> {
  const decided = await requests.decide(about, { decision: 'approve', by: user, road: 'form' });
  if (decided.ok) return DONE;
  const { rule, why } = decided.refusal;
  const request = rule === 'second factor' ? await store.load(about) : null;
  if (request) return { kind: 'next', form: codeForm(request) };
  return rule === 'not enrolled' ? said(withEnrolment(refusal(why))) : notice('Not counted', why);
}

function said(view: View): Submitted {
  return {
    kind: 'next',
    form: modal({ callback: 'notice', about: '', title: 'Not counted', blocks: drawInForm(view) }),
  };
}
