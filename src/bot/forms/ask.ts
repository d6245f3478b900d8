import type { KnownBlock, ModalView } from '@slack/types';
import { type Clusters, selectCluster, shownCluster } from '../../handlers/clusters';
import { filledFrom } from '../../handlers/filling';
import type { Filled } from '../../handlers/form';
import type { Operation, Words } from '../../handlers/operation';
import { GLASS, selectSwitches, switchesOf } from '../../handlers/switches';
import type { View } from '../../handlers/view';
import { joinWords, splitWords } from '../../handlers/words';
import type { Store } from '../../jobs/store/store';
import { hashOf } from '../../jobs/trail/audit';
import { withMeant } from '../../jobs/work/meant';
import { type CommandDeps, ONLY_YOU, runWords } from '../receive/commands';
import { askForm, PICK_CLUSTER, PICK_OPERATION } from './ask-form';
import { filledIn } from './ask-inputs';
import { type Asked, chosen, fits, isAskedAlone, offered, readAsked, wordsOfAsked } from './asked';
import { problemsIn, saidIn } from './filled-in';
import { drawInForm } from './in-form';
import type { LongNames } from './long-names';
import { DONE, modal, notice, type Submission, type Submitted, type Values } from './modals';
import { previewForm, readingForm } from './preview-form';

/** Asking by a form. In the end it is words, and they go the road of typed ones: same parsing, same admission. */

export interface AskDeps extends CommandDeps {
  readonly store: Store;
  readonly longNames: LongNames;
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
  deps: AskDeps,
  where: Where & { readonly cluster: string },
  command: Words,
): ModalView | null {
  const selected = selectSwitches(command);
  const { words: said, filled: switches } = selected.ok ? selected.args : { words: command, filled: {} };
  const matched = deps.clusters.find(where.cluster)?.catalogue.match(said);
  if (!matched) return null;
  const { operation, words } = matched;
  const asked: Asked = { road: 'form', ...where, system: said[0] ?? null, operation: operation.name };
  return drawn(deps, asked, { ...filledFrom(operation.form, words), ...switches });
}

/** Another operation or cluster was chosen: the form with its inputs, which keep what the same ones held. */
export async function changedForm(
  deps: AskDeps,
  form: { readonly about: string; readonly values: Values },
  pick: { readonly action: string; readonly value: string },
  said: readonly KnownBlock[] = [],
): Promise<ModalView | null> {
  const asked = readAsked(form.about);
  if (!asked) return null;
  const before = chosen(deps.clusters, asked);
  const { filled } = await deps.longNames.resolve(before ? filledIn(before, form.values) : {});
  if (pick.action === PICK_OPERATION) return drawn(deps, { ...asked, operation: pick.value }, filled, said);
  if (pick.action !== PICK_CLUSTER) return null;
  const has = before !== null && deps.clusters.operation(before.name, pick.value) !== null;
  return drawn(deps, { ...asked, cluster: pick.value, operation: has ? before.name : null }, filled, said);
}

function drawn(deps: AskDeps, asked: Asked, filled: Filled, said: readonly KnownBlock[] = []): ModalView {
  const operation = chosen(deps.clusters, asked);
  const { cluster, channel } = asked;
  const frozen = operation !== null && deps.requests.frozen({ cluster, channel, operation });
  deps.longNames.keep(Object.values(filled).flat());
  return askForm(deps.clusters, asked, { filled, frozen, said });
}

const UNKNOWN = 'This form is of another version of the bot. Nothing was run. Type the command instead.';

const OVERTAKEN: View = {
  title: 'Nothing was run yet',
  tone: 'warning',
  parts: [
    { kind: 'text', text: 'The form was not yet the one of what its menus show. This is it: look, and send it again.' },
  ],
};

/**
 * Of two quick picks one may win in the menu and the other in the form; what would run then is not what is read above it.
 * Null: they agree.
 */
async function pickedSince(deps: AskDeps, asked: Asked, { about, values }: Submission): Promise<ModalView | null> {
  const cluster = values[PICK_CLUSTER]?.[0] ?? asked.cluster;
  const operation = values[PICK_OPERATION]?.[0] ?? asked.operation;
  if (cluster === asked.cluster && operation === asked.operation) return null;
  const pick = cluster === asked.cluster ? { action: PICK_OPERATION, value: operation ?? '' } : null;
  return changedForm(deps, { about, values }, pick ?? { action: PICK_CLUSTER, value: cluster }, drawInForm(OVERTAKEN));
}

/** Opened in the Home tab: nobody else would see it. */
export const ALONE = 'A change is asked in a channel, where others see it and can approve. Type the command there.';

/** How long the preview may take to come with the acknowledgement; after that it follows. */
const MOST_WAITING_MS = 1_500;

/** The filled-in form was sent: a query runs, a change is shown first. */
export async function takeAsk(deps: AskDeps, submission: Submission): Promise<Submitted> {
  const asked = readAsked(submission.about);
  const picked = asked && (await pickedSince(deps, asked, submission));
  if (picked) return { kind: 'next', form: picked };
  const operation = asked && chosen(deps.clusters, asked);
  if (!asked || !operation) return notice('Nothing was run', UNKNOWN);
  if (operation.kind === 'change' && isAskedAlone(asked)) return notice('Nothing was run', ALONE);
  const { filled, lost } = await deps.longNames.resolve(filledIn(operation, submission.values));
  const said = saidIn(operation, filled, lost);
  if (!said.ok) return problemsIn(operation, said);
  const full: Asked = { ...asked, words: [...said.words], switches: [...said.switches] };
  if (operation.kind === 'query') return run(deps, isAskedAlone(asked) ? withoutOthers(full) : full, submission);
  if (!fits(full)) return notice('Too long for a form', 'Nothing was run. Type the command instead.');
  const objection = await deps.requests.objection(askingOf(full, operation, filled, submission));
  // Refused on the road itself, which writes down who tried what.
  if (objection) return run(deps, full, submission);
  const { user: requester } = submission;
  // A form is seen by whoever opened it, and by nobody else.
  const isPrivate = true;
  const named = { operation: operation.name, words: said.words, cluster: full.cluster, requester, isPrivate };
  const recent = { store: deps.store, operation: deps.clusters.operation };
  const cluster = shownCluster(deps.clusters, { operation: operation.name, cluster: full.cluster });
  const preview = previewForm(operation, full, {
    cluster,
    onError: deps.onError,
    again: async (view) => formAgain(deps, full, await withMeant(recent, named, view)),
  });
  const soon = await Promise.race([preview, after(MOST_WAITING_MS)]);
  return soon ? { kind: 'next', form: soon } : { kind: 'next', form: readingForm(full, cluster), later: preview };
}

/** Whatever the form held: other operations that were chosen in it meanwhile may have had no such field. */
function withoutOthers({ switches = [], ...asked }: Asked): Asked {
  return { ...asked, switches: [...switches.filter((word) => word !== '--private'), '--private'] };
}

/** The preview was read and is wanted. */
export async function takePreview(deps: AskDeps, submission: Submission): Promise<Submitted> {
  const asked = readAsked(submission.about);
  if (!asked?.words) return notice('Nothing was run', UNKNOWN);
  return run(deps, asked, submission);
}

async function run(deps: AskDeps, asked: Asked, { user, delivery }: Submission): Promise<Submitted> {
  const { road, channel, thread, cluster } = asked;
  const where = thread === undefined ? { channel } : { channel, thread };
  const words = wordsOfAsked(asked);
  // The same form sent again with other words asks something else.
  const own = `${delivery} ${hashOf(JSON.stringify([cluster, words]))}`;
  const reply = await runWords(deps, { road, words, user, delivery: own, cluster, ...where });
  if (reply.kind === 'whisper') return again(deps, asked, reply.view);
  if (!reply.request.isPrivate) return DONE;
  const blocks = drawInForm(ONLY_YOU);
  return { kind: 'next', form: modal({ callback: 'notice', about: '', title: 'Asked privately', blocks }) };
}

/** The same form once more, with why it was not taken above what was filled in: nothing has to be typed again. */
function again(deps: AskDeps, asked: Asked, view: View): Submitted {
  return { kind: 'next', form: formAgain(deps, asked, view) };
}

function formAgain(deps: AskDeps, asked: Asked, view: View): ModalView {
  const operation = chosen(deps.clusters, asked);
  const { words = [], switches = [], ...rest } = asked;
  const own = operation ? filledFrom(operation.form, words) : {};
  const every = operation ? filledFrom(switchesOf(operation), switches) : {};
  const command = joinWords([...(rest.operation ?? '').split(' '), ...words]);
  // This very form asks the same again.
  const parts = view.parts.filter((part) => part.kind !== 'next' || !(part.fill || part.words === command));
  return drawn(deps, rest, { ...own, ...every }, drawInForm({ ...view, parts }, undefined, MOST_SAID));
}

/** Blocks above the inputs, so that the inputs always find room; what is said before them takes far less. */
const MOST_SAID = 60;

function askingOf({ road, channel, cluster }: Asked, operation: Operation, filled: Filled, { user }: Submission) {
  const [breakGlass] = filled[GLASS.id] ?? [];
  return { road, channel, cluster, operation, requester: user, ...(breakGlass !== undefined && { breakGlass }) };
}

function after(ms: number): Promise<null> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms, null).unref();
  });
}
