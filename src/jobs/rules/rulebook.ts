import { type Clusters, onCluster } from '../../handlers/clusters';
import type { Danger } from '../../handlers/operation';
import type { Break, Rulebook, RulesAsked } from '../../handlers/rulebook';
import { named, type Understood } from '../../handlers/understand';
import type { Text } from '../../handlers/view';
import { review } from '../request/review';
import type { SecondFactor } from '../second-factor/second-factor';
import { gone, type Store } from '../store/store';
import { readEntry } from '../trail/audit';
import { stateWord } from '../trail/ledger';
import { commandOf } from '../work/answer';
import type { Admission } from './admission';
import { freezesAt } from './freeze';
import type { Refusal, Standing } from './policy';
import { rightsOf } from './rights';
import { byDanger, CODE, rulesInWords, rulingFacts } from './rule-words';
import type { About, Rules } from './rules';

/** The rules, for those who ask what holds. Judges by the very functions that admit and refuse. */
export interface RulebookDeps {
  readonly store: Store;
  readonly rules: Rules;
  readonly admission: Admission;
  readonly secondFactor: Pick<SecondFactor, 'on' | 'prove'>;
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
    list: () => rulesInWords(deps.rules, deps.secondFactor.on),
    about: async (asked) => {
      const found = await placeOf(deps, asked);
      if (found.kind === 'said') return found;
      const { place, command } = found;
      const [[one, other], unsafe] = await Promise.all([standings(deps, place), unsafeFor(deps, place)]);
      const code = place.kind === 'change' && deps.secondFactor.on ? [CODE] : [];
      const reversible = rulingFacts(one.ruling, place.kind);
      const irreversible = [...rulingFacts(other.ruling, place.kind), ...code];
      const off = unsafe ? [['Right now', unsafe.why] as const] : [];
      const now = [...off, ...(await frozenNow(deps, one))];
      return { kind: 'found', command, facts: [...now, ...byDanger(reversible, irreversible)] };
    },
    can: async (asked, user) => {
      const found = await placeOf(deps, asked);
      if (found.kind === 'said') return found;
      const { place, command } = found;
      const [both, unsafe, at] = await Promise.all([standings(deps, place), unsafeFor(deps, place), deps.now()]);
      return { kind: 'found', command, rights: await rightsOf(deps, { place, user, both, unsafe, at }) };
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

/** Why no change at all may be asked and approved just now. */
async function unsafeFor({ admission }: RulebookDeps, { kind }: Place): Promise<Refusal | null> {
  return kind === 'query' ? null : admission.unsafe();
}

async function frozenNow({ now }: RulebookDeps, { ruling }: Standing): Promise<readonly (readonly [string, Text])[]> {
  const frozen = freezesAt(ruling, await now());
  return frozen.length === 0 ? [] : [['Right now', `frozen by ${frozen.map(({ rule }) => `“${rule}”`).join(', ')}`]];
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
