import type { View } from '../../handlers/view';
import { decidedOf, type Outcome, type Request } from '../../jobs/request/request';
import { commandOf } from '../../jobs/work/answer';

/** The result as it is shown. Its `next` parts are the buttons, in this order. */
export function outcomeView(request: Request, outcome: Outcome): View {
  if (!('why' in outcome)) return outcome.view;
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
  return { title: titles[outcome.kind], tone: outcome.kind === 'unchanged' ? 'neutral' : 'warning', parts: offered };
}
