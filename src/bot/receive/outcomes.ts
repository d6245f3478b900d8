import { onCluster } from '../../handlers/clusters';
import type { Part, View } from '../../handlers/view';
import { shorten } from '../../handlers/words';
import { decidedOf, isUncertain, type Outcome, type Request } from '../../jobs/request/request';
import { commandOf } from '../../jobs/work/answer';

/** The result as it is shown. Its `next` parts are the buttons, in this order. */
export function outcomeView(request: Request, outcome: Outcome): View {
  if (!('why' in outcome)) return isUncertain(request.state) ? withClear(request, outcome.view) : outcome.view;
  const titles = {
    unchanged: 'Nothing to do',
    refused: 'Refused: nothing was run',
    stale: 'Stale: nothing was written',
  } as const;
  const parts = [{ kind: 'text', text: outcome.why } as const, ...(outcome.view?.parts ?? [])];
  const again = {
    kind: 'next',
    label: 'Ask again',
    words: commandOf(request),
    why: 'reads the target as it is now',
  } as const;
  // A plan that was refused will be refused again; one that was approved and found its target busy may not.
  const mayHelp = outcome.kind === 'refused' && decidedOf(request.state) !== null;
  const offered = mayHelp && !parts.some((part) => part.kind === 'next') ? [...parts, again] : parts;
  const tone = outcome.kind === 'unchanged' ? 'neutral' : 'warning';
  return { title: `${titles[outcome.kind]} · ${subjectOf(request)}`, tone, parts: offered };
}

const SUBJECT_CHARACTERS = 120;

/** What it was about: what people approved, or what was typed. */
function subjectOf(request: Request): string {
  return shorten(decidedOf(request.state)?.proposed.preview.title ?? `/${commandOf(request)}`, SUBJECT_CHARACTERS);
}

/** What frees its targets comes first; the same command again would only be refused, as long as they are locked. */
function withClear(request: Request, view: View): View {
  const words = `ops clear ${request.id}`;
  const clear = { kind: 'next', label: 'Clear', words, why: 'frees what is locked; look at it first' } as const;
  const here = (command: string) => onCluster(command, request.cluster);
  const isLeft = (part: Part) =>
    part.kind !== 'next' || (part.words !== words && here(part.words) !== here(commandOf(request)));
  return { ...view, parts: [clear, ...view.parts.filter(isLeft)] };
}
