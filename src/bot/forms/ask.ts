import type { ModalView } from '@slack/types';
import { type Clusters, selectCluster } from '../../handlers/clusters';
import { filledFrom, wordsOf } from '../../handlers/filling';
import type { Filled } from '../../handlers/form';
import { capital } from '../../handlers/help';
import type { Operation, Words } from '../../handlers/operation';
import { splitWords } from '../../handlers/words';
import type { Requests } from '../../jobs/requests';
import { type CommandDeps, runWords } from '../receive/commands';
import { askForm, blockOf, filledIn, PICK_CLUSTER, PICK_OPERATION } from './ask-form';
import { type Asked, chosen, fits, offered, readAsked } from './asked';
import { drawInForm } from './in-form';
import { DONE, modal, notice, type Submission, type Submitted, type Values } from './modals';
import { previewForm, readingForm } from './preview-form';

/** Asking by a form. In the end it is words, and they go the road of typed ones: same parsing, same admission. */

export interface AskDeps extends CommandDeps {
  readonly requests: Requests;
}

/** Where the answer will be. */
export interface Where {
  readonly channel: string;
  readonly thread?: string;
}

/** A slash command alone opens a form. Null: it has words, or there is nothing to choose, which is said in words. */
export function commandForm(
  clusters: Clusters,
  { system, text, channel }: { readonly system: string; readonly text: string; readonly channel: string },
): ModalView | null {
  const split = splitWords(text);
  const selected = split.ok ? selectCluster([system, ...split.args]) : split;
  if (!selected.ok || selected.args.words.length > 1) return null;
  const cluster = selected.args.cluster ?? clusters.ofChannel(channel);
  const found = clusters.find(cluster);
  if (!found || offered(found, system).length === 0) return null;
  return askForm(clusters, { road: 'form', channel, cluster, system, operation: null });
}

/** The shortcut on a message: any operation, answered in the thread of that message. */
export function threadForm(clusters: Clusters, { channel, thread }: Where): ModalView {
  const place = thread === undefined ? { channel } : { channel, thread };
  return askForm(clusters, {
    road: 'shortcut',
    ...place,
    cluster: clusters.ofChannel(channel),
    system: null,
    operation: null,
  });
}

/** A form that is filled in as far as these words go. Null when they name no operation. */
export function filledForm(
  clusters: Clusters,
  where: Where & { readonly cluster: string },
  command: Words,
): ModalView | null {
  const matched = clusters.find(where.cluster)?.catalogue.match(command);
  if (!matched) return null;
  const { operation, words } = matched;
  const asked: Asked = { road: 'form', ...where, system: command[0] ?? null, operation: operation.name };
  return askForm(clusters, asked, filledFrom(operation.form, words));
}

/** Another operation or cluster was chosen: the form with its inputs, which keep what the same ones held. */
export function changedForm(
  clusters: Clusters,
  form: { readonly about: string; readonly values: Values },
  pick: { readonly action: string; readonly value: string },
): ModalView | null {
  const asked = readAsked(form.about);
  if (!asked) return null;
  const before = chosen(clusters, asked);
  const filled: Filled = before ? filledIn(before, form.values) : {};
  if (pick.action === PICK_OPERATION) return askForm(clusters, { ...asked, operation: pick.value }, filled);
  if (pick.action !== PICK_CLUSTER) return null;
  const has = before !== null && clusters.operation(before.name, pick.value) !== null;
  return askForm(clusters, { ...asked, cluster: pick.value, operation: has ? before.name : null }, filled);
}

const UNKNOWN = 'This form is of another version of the bot. Nothing was run. Type the command instead.';

/** How long the preview may take to come with the acknowledgement; after that it follows. */
const MOST_WAITING_MS = 1_500;

/** The filled-in form was sent: a query runs, a change is shown first. */
export async function takeAsk(deps: AskDeps, submission: Submission): Promise<Submitted> {
  const asked = readAsked(submission.about);
  const operation = asked && chosen(deps.clusters, asked);
  if (!asked || !operation) return notice('Nothing was run', UNKNOWN);
  const words = wordsOf(operation.form, filledIn(operation, submission.values));
  const problem = words.ok ? operation.check(words.args) : words.problem;
  if (!words.ok || problem !== null) return wrong(operation, submission.values, problem ?? '');
  const full: Asked = { ...asked, words: [...words.args] };
  if (operation.kind === 'query') return run(deps, full, submission);
  if (!fits(full)) return notice('Too long for a form', 'Nothing was run. Type the command instead.');
  const refusal = await deps.requests.objection(askingOf(full, operation, submission));
  if (refusal) return notice('Refused', refusal.why);
  const preview = previewForm(operation, full, deps.onError);
  const soon = await Promise.race([preview, after(MOST_WAITING_MS)]);
  return soon ? { kind: 'next', form: soon } : { kind: 'next', form: readingForm(full), later: preview };
}

/** The preview was read and is wanted. */
export async function takePreview(deps: AskDeps, submission: Submission): Promise<Submitted> {
  const asked = readAsked(submission.about);
  if (!asked?.words) return notice('Nothing was run', UNKNOWN);
  return run(deps, asked, submission);
}

async function run(deps: AskDeps, asked: Asked, { user, delivery }: Submission): Promise<Submitted> {
  const { road, channel, thread, cluster, operation, words = [] } = asked;
  const where = thread === undefined ? { channel } : { channel, thread };
  const command = [...(operation ?? '').split(' '), ...words];
  const reply = await runWords(deps, { road, words: command, user, delivery, cluster, ...where });
  if (reply.kind !== 'whisper') return DONE;
  return {
    kind: 'next',
    form: modal({ callback: 'notice', about: '', title: 'Nothing was run', blocks: drawInForm(reply.view) }),
  };
}

function askingOf({ road, channel, cluster }: Asked, operation: Operation, { user }: Submission) {
  return { road, channel, cluster, operation, requester: user };
}

/** Below the input whose value is complained about, or else the first. */
function wrong(operation: Operation, values: Values, problem: string): Submitted {
  const blocks = operation.form.filter(({ input }) => input.kind !== 'flag').map(({ id }) => blockOf(operation, id));
  const named = blocks.find((block) => values[block]?.some((value) => value !== '' && problem.includes(value)));
  const block = named ?? blocks[0] ?? Object.keys(values)[0];
  if (block === undefined) return notice('Nothing was run', `${capital(problem)}.`);
  return { kind: 'wrong', problems: { [block]: `${capital(problem)}.` } };
}

function after(ms: number): Promise<null> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms, null).unref();
  });
}
