import type { ModalView } from '@slack/types';
import type { ShownCluster } from '../../handlers/clusters';
import type { Change, Context, Planned, Proposal } from '../../handlers/operation';
import type { Text, View } from '../../handlers/view';
import { readFailed } from '../../jobs/work/failures';
import { clusterMark } from '../message/titles';
import { type Asked, commandOfAsked, writeAsked } from './asked';
import { drawInForm } from './in-form';
import { modal, paragraph } from './modals';

/** What a change would do, in the form itself, before anything is stored or posted. Planning only reads. */

export const PREVIEW = 'ask_preview';

const MOST_PLANNING_MS = 60_000;

export function readingForm(asked: Asked, cluster: ShownCluster | null): ModalView {
  const blocks = [paragraph(`${clusterMark(cluster)}Reading what /${commandOfAsked(asked)} would change …`)];
  return modal({ callback: 'notice', about: writeAsked(asked), title: 'Preview', blocks });
}

interface PreviewDeps {
  /** Null: there is nothing to tell apart. */
  readonly cluster: ShownCluster | null;
  readonly onError: (error: unknown, about: string) => void;
  /** The form that was sent, with this view in it. */
  readonly again: (view: View) => ModalView | Promise<ModalView>;
}

/** Never throws: what went wrong is shown, in the form that can be mended. */
export async function previewForm(change: Change, asked: Asked, deps: PreviewDeps): Promise<ModalView> {
  const command = commandOfAsked(asked);
  try {
    const signal = AbortSignal.timeout(MOST_PLANNING_MS);
    const context: Context = { request: 'preview', signal, report: () => undefined };
    return await formOf(asked, await change.propose(asked.words ?? [], context), deps);
  } catch (error) {
    deps.onError(error, command);
    return deps.again(readFailed(command, error));
  }
}

function formOf(
  asked: Asked,
  planned: Planned<Proposal>,
  { again, cluster }: PreviewDeps,
): ModalView | Promise<ModalView> {
  if (planned.kind === 'shown') return over(marked(planned.view, cluster));
  if (planned.kind !== 'plan')
    return again({ title: 'Nothing to ask for', tone: 'neutral', parts: refusedParts(planned) });
  const { preview, danger, undo } = planned.plan;
  const reach = danger === 'irreversible' ? 'Cannot be undone.' : 'Can be undone.';
  const what: Text = `Nothing has been changed or posted yet. ${reach}${undo === null ? '' : ` Undo: ${undo}`}`;
  return modal({
    callback: PREVIEW,
    about: writeAsked(asked),
    title: 'Preview',
    submit: 'Ask for approval',
    blocks: [...drawInForm(marked(preview, cluster)), { type: 'divider' }, paragraph(what)],
  });
}

/** As in the title of its message. */
function marked(view: View, cluster: ShownCluster | null): View {
  return { ...view, title: `${clusterMark(cluster)}${view.title}` };
}

function refusedParts({ why, view }: Extract<Planned<Proposal>, { kind: 'unchanged' | 'refused' }>): View['parts'] {
  return [{ kind: 'text', text: why }, ...(view?.parts ?? [])];
}

function over(view: View): ModalView {
  return modal({ callback: 'notice', about: '', title: 'Preview', blocks: drawInForm(view) });
}
