import { type Clusters, onCluster } from '../../handlers/clusters';
import type { Danger } from '../../handlers/operation';
import type { Break, Right, RightsFound, Rulebook, RulesAsked } from '../../handlers/rulebook';
import { named, type Understood } from '../../handlers/understand';
import type { Text } from '../../handlers/view';
import { review } from '../request/review';
import { gone, type Store } from '../store/store';
import { readEntry } from '../trail/audit';
import { stateWord } from '../trail/ledger';
import { commandOf } from '../work/answer';
import type { Admission } from './admission';
import { freezesAt } from './freeze';
import { isApprover, mayAsk, type Standing } from './policy';
import { byDanger, rulesInWords, rulingFacts } from './rule-words';
import type { About, Rules } from './rules';
import { isAmong } from './who';

/** The rules, for those who ask what holds. Judges by the very functions that admit and refuse. */
export interface RulebookDeps {
  readonly store: Store;
  readonly rules: Rules;
  readonly admission: Admission;
  /** Asked late: the clusters hold the operations that ask this rulebook. */
  readonly clusters: () => Clusters;
  readonly now: () => Promise<number>;
}

/** Breaks are listed for so long. Milliseconds. */
const LISTED_MS = 90 * 24 * 3600_000;
const DANGERS: readonly Danger[] = ['reversible', 'irreversible'];

type Place = Omit<About, 'danger'>;

export function createRulebook(deps: RulebookDeps): Rulebook {
  return {
    list: () => rulesInWords(deps.rules),
    about: async (asked) => {
      const found = await placeOf(deps, asked);
      if (found.kind === 'said') return found;
      const { place, command } = found;
      const [one, other] = await standings(deps, place);
      const [reversible, irreversible] = [one, other].map(({ ruling }) => rulingFacts(ruling, place.kind));
      const now = await frozenNow(deps, one);
      return { kind: 'found', command, facts: [...now, ...byDanger(reversible ?? [], irreversible ?? [])] };
    },
    can: async (asked, user) => {
      const found = await placeOf(deps, asked);
      return found.kind === 'said' ? found : rightsOf(deps, found, user);
    },
    breaks: () => breaks(deps),
    review: (id, asking) => reviewed(deps, id, asking),
  };
}

type Placed =
  | { readonly kind: 'placed'; readonly place: Place; readonly command: string }
  | Extract<Understood, { kind: 'said' }>;

/** What the words mean in the channel of the request that asks. */
async function placeOf({ store, clusters }: RulebookDeps, { request, words }: RulesAsked): Promise<Placed> {
  const channel = (await store.load(request))?.place.channel ?? '';
  const [first = '', ...rest] = words;
  const meant = named(clusters(), { words: [first.replace(/^\//, ''), ...rest], channel });
  if (meant.kind === 'said') return meant;
  const { operation, cluster } = meant;
  const command = clusters().all.length > 1 ? onCluster(operation.name, cluster.name) : operation.name;
  return {
    kind: 'placed',
    place: { kind: operation.kind, operation: operation.name, cluster: cluster.name, channel },
    command,
  };
}

/** What holds if it can be undone, and if it cannot. */
async function standings({ admission }: RulebookDeps, place: Place): Promise<readonly [Standing, Standing]> {
  const [one, other] = await Promise.all(DANGERS.map((danger) => admission.standingAbout({ ...place, danger })));
  if (!one || !other) throw new Error('there are two dangers');
  return [one, other];
}

async function frozenNow({ now }: RulebookDeps, { ruling }: Standing): Promise<readonly (readonly [string, Text])[]> {
  const frozen = freezesAt(ruling, await now());
  return frozen.length === 0 ? [] : [['Right now', `frozen by ${frozen.map(({ rule }) => `“${rule}”`).join(', ')}`]];
}

async function rightsOf(
  deps: RulebookDeps,
  { place, command }: Extract<Placed, { kind: 'placed' }>,
  user: string,
): Promise<RightsFound> {
  const [at, both] = await Promise.all([deps.now(), standings(deps, place)]);
  const [one, other] = both.map((standing) => ({
    ask: askRight(place, user, { standing, at }),
    approve: approveRight(deps.rules, user, standing),
  }));
  const rights =
    place.kind === 'query'
      ? ([['ask', one?.ask, one?.ask]] as const)
      : ([
          ['ask', one?.ask, other?.ask],
          ['approve', one?.approve, other?.approve],
        ] as const);
  return {
    kind: 'found',
    command,
    rights: rights.flatMap(([what, first, second]) => rightsByDanger(what, first, second)),
  };
}

type Judgement = Omit<Right, 'what'>;

function rightsByDanger(what: string, one: Judgement | undefined, other: Judgement | undefined): readonly Right[] {
  if (!one || !other) return [];
  if (JSON.stringify(one) === JSON.stringify(other)) return [{ what, ...one }];
  return [
    { what: `${what}, if it can be undone`, ...one },
    { what: `${what}, if it cannot be undone`, ...other },
  ];
}

function askRight({ kind, channel }: Place, requester: string, judged: { standing: Standing; at: number }): Judgement {
  const refusal = mayAsk({ kind, road: 'slash', requester, channel }, judged);
  if (refusal) return { may: false, why: refusal.why };
  const { ask } = judged.standing.ruling;
  const rules = ask.map(({ rule }) => `“${rule}”`).join(' and ');
  return { may: true, why: ask.length === 0 ? 'No rule says who may ask.' : `On the list of the rule ${rules}.` };
}

function approveRight({ approvers }: Rules, user: string, standing: Standing): Judgement {
  const { applied } = standing.ruling;
  const lists = [
    { rule: 'APPROVERS', who: approvers },
    ...applied.flatMap(({ name, approve }) => (approve ? [{ rule: `“${name}”`, who: approve }] : [])),
  ];
  const but = ' Never what they ask for themselves.';
  if (isApprover(user, standing) === 'yes')
    return { may: true, why: `On the list of ${lists.map(({ rule }) => rule).join(' and ')}.${but}` };
  const missing = lists.find(({ who }) => isAmong(user, who, standing.members) !== 'yes');
  const untold = missing && isAmong(user, missing.who, standing.members) === 'unknown';
  const why = untold ? 'Slack did not say who is on the list of' : 'Not on the list of';
  return { may: false, why: `${why} ${missing?.rule ?? 'approvers'}.` };
}

async function breaks({ store, now }: RulebookDeps): Promise<readonly Break[]> {
  const { trail } = store;
  const [head, first] = await Promise.all([trail.head(), trail.firstSince((await now()) - LISTED_MS)]);
  const asked = new Map<string, Break>();
  for await (const text of trail.all(head, first)) {
    // Most entries say nothing of it, and 100 000 of them are not worth being read.
    if (!text.includes('"breakGlass"')) continue;
    const entry = readEntry(text);
    const { breakGlass, brokenFreeze, words } = entry?.detail ?? {};
    if (!entry || breakGlass === undefined) continue;
    const known = asked.get(entry.request);
    if (known) {
      if (brokenFreeze !== undefined) asked.set(entry.request, { ...known, broke: String(brokenFreeze) });
      continue;
    }
    const { request, at, by = '', operation } = entry;
    const command = [operation, words].filter(Boolean).join(' ');
    const reason = String(breakGlass);
    asked.set(request, { request, at, by, command, reason, state: null, broke: null, reviewed: null });
  }
  const newest = [...asked.values()].reverse();
  return Promise.all(newest.map(async (one) => ({ ...one, ...(await keptOf(store, one.request)) })));
}

async function reviewed({ store, admission }: RulebookDeps, id: string, asking: string): Promise<Text | null> {
  const [request, own] = await Promise.all([store.load(id), store.load(asking)]);
  if (!request) return gone(id).why;
  if (!own) return gone(asking).why;
  const { requester: by, road } = own;
  // The same command that is read once more, after a worker was lost.
  if (request.reviewed?.by === by && request.reviewed.at >= own.askedAt) return null;
  const moved = await store.move(id, review({ by, road }, await admission.standingOf(request)));
  return moved.ok ? null : moved.refusal.why;
}

async function keptOf(store: Store, id: string): Promise<Partial<Break>> {
  const request = await store.load(id);
  if (!request) return {};
  return { command: commandOf(request), state: stateWord(request), reviewed: request.reviewed ?? null };
}
