import type { PlainTextOption } from '@slack/types';
import type { Clusters } from '../../handlers/clusters';
import type { Choice, Known } from '../../handlers/form';
import { nearest } from '../../handlers/near';
import { recentNames } from '../../jobs/store/recent';
import type { Store } from '../../jobs/store/store';
import { MOST_TEXT } from './ask-inputs';
import { chosen, readAsked } from './asked';
import { type LongNames, nameOption } from './long-names';

/** What is offered while somebody types a name into a form. A courtesy that must be quick: what was typed can always be chosen. */
export interface Suggester {
  suggest(typing: Typing): Promise<readonly PlainTextOption[]>;
}

export interface Typing {
  /** What the form is about. */
  readonly about: string;
  readonly field: string;
  readonly typed: string;
}

interface SuggestDeps {
  readonly clusters: Clusters;
  readonly store: Store;
  readonly longNames: LongNames;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  readonly onError: (error: unknown, about: string) => void;
}

/** Slack waits for 3 000. */
const MOST_LOOKING_MS = 1_500;
/** Somebody who types asks with every letter. */
const TRUSTED_MS = 10_000;
const MOST_OFFERED = 50;

export function createSuggester(deps: SuggestDeps): Suggester {
  const lists = new Map<string, { readonly choices: Promise<readonly Choice[]>; readonly until: number }>();

  function known(cluster: string, source: Known): Promise<readonly Choice[]> {
    const key = `${cluster} ${source.kind}`;
    const kept = lists.get(key);
    if (kept && deps.clock() < kept.until) return kept.choices;
    const choices = everything(deps, cluster, source);
    lists.set(key, { choices, until: deps.clock() + TRUSTED_MS });
    return choices;
  }

  return {
    suggest: async ({ about, field, typed }) => {
      const asked = readAsked(about);
      const operation = asked && chosen(deps.clusters, asked);
      const input = operation?.form.find(({ id }) => id === field)?.input;
      const isKnown = asked !== null && input?.kind === 'known';
      const choices = isKnown ? await Promise.race([known(asked.cluster, input.known), late()]) : [];
      const offered = offeredFor(choices, typed.trim());
      deps.longNames.keep(offered.map(({ value }) => value));
      return offered.map(({ value, about }) => nameOption(value, about));
    },
  };
}

/** What the far side lists, and what earlier requests named. Either may fail without the other. */
async function everything(deps: SuggestDeps, cluster: string, { kind, list }: Known): Promise<readonly Choice[]> {
  const failed = (error: unknown): readonly Choice[] => {
    deps.onError(error, `suggestions of ${kind}`);
    return [];
  };
  const recent = recentNames({ store: deps.store, operation: deps.clusters.operation }, { cluster, kind });
  const [listed, named] = await Promise.all([
    list ? list(AbortSignal.timeout(MOST_LOOKING_MS)).catch(failed) : [],
    recent.then((names): readonly Choice[] => names.map((value) => ({ value, about: 'used before' }))).catch(failed),
  ]);
  const values = new Set(listed.map(({ value }) => value));
  return [...listed, ...named.filter(({ value }) => !values.has(value))];
}

/** Those that hold what was typed, then those that are near it; what was typed comes last, when it is none of them. */
function offeredFor(choices: readonly Choice[], typed: string): readonly Choice[] {
  const wanted = typed.toLowerCase();
  const holding = choices.filter(({ value, about = '' }) => `${value} ${about}`.toLowerCase().includes(wanted));
  const near = nearest(
    typed,
    choices.map(({ value }) => value),
  );
  const others = choices.filter((choice) => near.includes(choice.value) && !holding.includes(choice));
  const offered = [...holding, ...others].filter(({ value }) => value.length <= MOST_TEXT).slice(0, MOST_OFFERED);
  const isThere = offered.some(({ value }) => value === typed);
  if (isThere || typed === '' || typed.length > MOST_TEXT) return offered;
  return [...offered, { value: typed, about: 'as typed' }];
}

function late(): Promise<readonly Choice[]> {
  return new Promise((resolve) => {
    setTimeout(resolve, MOST_LOOKING_MS + 200, []).unref();
  });
}
