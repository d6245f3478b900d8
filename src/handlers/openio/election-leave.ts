import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { baseName } from '../../backends/openio/naming';
import type { Base, Openio, PeerDebug } from '../../backends/openio/openio';
import { type Change, type Context, defineChange, type Finding, type Planned, type Step } from '../operation';
import type { Part, View } from '../view';
import { explain, masterOf } from './codes';
import { baseForm, peersField } from './fields';
import { BASE_AND_PEERS, type BaseAndPeers, baseWords, parseBaseAndPeers } from './names';
import { mastersSeen, zooKeeperSigns } from './states';
import { baseShape, labelOf, orUnverifiable, performed, stepRows, targetOf } from './writes';

export interface LeaveOptions {
  /** How long to wait for the next election to end, in milliseconds. */
  readonly settleMs?: number;
  readonly pauseMs?: number;
}

const planShape = z.object({
  base: baseShape,
  /** Who is asked to leave: the named peers, or all. */
  leaving: z.array(z.string()),
  all: z.boolean(),
  peers: z.array(z.string()),
  /** Null: nobody is master now. */
  master: z.string().nullable(),
  healthy: z.array(z.string()),
  /** The place in the queue of candidates that each of them holds; null: it holds none. Who could not be asked is missing; older plans have none. */
  places: z.record(z.string(), z.number().nullable()).exactOptional(),
});
type Plan = z.output<typeof planShape>;

/** Makes peers give up their places, so that the next access elects again. Writes stop for some milliseconds. */
export function openioElectionLeave(openio: Openio, options: LeaveOptions = {}): Change {
  return defineChange<BaseAndPeers, Plan>({
    name: 'openio election leave',
    usage: BASE_AND_PEERS,
    summary: 'Makes peers leave the election of a base, so that a new master is elected.',
    examples: ['openio election leave meta2 FVE0', 'openio election leave meta2 FVE0 --service-id 127.0.0.1:6020'],
    form: baseForm(peersField(openio)),
    schema: planShape,
    parse: (words) => parseBaseAndPeers(openio, words),
    danger: () => 'reversible',
    plan: (args, context) => plan(openio, args, context),
    targets: ({ base }) => [targetOf(base)],
    preview,
    undo: () => 'Nothing needs undoing: the next access elects a master again.',
    execute: ({ base, all, leaving }, context): AsyncIterable<Step> => {
      const question = all ? { base } : { base, only: leaving };
      return performed('leave', base, openio.election('leave', question, context));
    },
    verify: async (planned, context) => [
      await orUnverifiable(planned.base, verify(openio, planned, { ...DEFAULTS, ...options }, context)),
    ],
    render: (planned, steps, findings) => render(openio, planned, { steps, findings }),
  });
}

const DEFAULTS = { settleMs: 20_000, pauseMs: 500 };
/** A new master needs a majority of three. */
const NEEDED = 2;

async function plan(openio: Openio, { base, only }: BaseAndPeers, context: Context): Promise<Planned<Plan>> {
  const { ids } = await openio.peers(base, context);
  const [everyone, files] = await Promise.all([
    debugWith(openio, base, { peers: ids, others: only ?? [] }, context),
    openio.election('has', { base }, context),
  ]);
  const peers = ids.length > 0 ? ids : everyone.map(({ answer }) => answer.id);
  // What a service that is no peer remembers of old troubles says nothing.
  const debug = everyone.filter(({ answer }) => peers.includes(answer.id));
  const withFile = new Set(files.filter(({ status }) => status === 200).map(({ id }) => id));
  const healthy = debug.filter((peer) => isWell(peer) && withFile.has(peer.answer.id)).map(({ answer }) => answer.id);
  const masters = mastersSeen(everyone);
  const master = masters.length === 1 ? (masters[0] ?? null) : null;
  const leaving = only ?? peers;
  const others = healthy.filter((id) => (only ? !only.includes(id) : id !== master));
  const signs = zooKeeperSigns(debug);
  if (signs.length > 0)
    return refuse(openio, base, `elections cannot come back while ZooKeeper is in trouble (${signs.join('; ')})`);
  if (others.length < NEEDED) {
    const count =
      others.length === 0 ? 'no other healthy peer' : `only ${others.length} other healthy peer (${others.join(', ')})`;
    return refuse(openio, base, `there is ${count}; two are needed to elect a master again${troubles(debug)}`);
  }
  const kept = { leaving: [...leaving], all: only === null, peers: [...peers], master, healthy: [...healthy] };
  return { kind: 'plan', plan: { base, ...kept, places: placesOf(everyone, leaving) } };
}

/** Services that are no peers as well, where one can be asked alone: it is they who hold an election up. */
async function debugWith(
  openio: Openio,
  base: Base,
  { peers, others }: { readonly peers: readonly string[]; readonly others: readonly string[] },
  context: Context,
): Promise<readonly PeerDebug[]> {
  const strangers = others.filter((id) => !peers.includes(id));
  const isAsked = peers.length > 0 && strangers.length > 0 && (await openio.provesPeerAlone(base, context));
  return openio.debug(isAsked ? { base, only: [...peers, ...strangers] } : { base }, context);
}

/** Whoever leaves gives up its place and later takes a new one: the one proof that a peer did leave. */
function placesOf(debug: readonly PeerDebug[], leaving: readonly string[]): NonNullable<Plan['places']> {
  const known = debug.filter(({ answer, strange }) => leaving.includes(answer.id) && answer.status === 200 && !strange);
  return Object.fromEntries(known.map((peer) => [peer.answer.id, peer.debug?.place ?? null]));
}

function isWell({ answer }: PeerDebug): boolean {
  return explain('debug', answer).health === 'well';
}

function troubles(debug: readonly PeerDebug[]): string {
  const unwell = debug
    .filter((peer) => !isWell(peer))
    .map(({ answer }) => `${answer.id} ${explain('debug', answer).words}`);
  return unwell.length === 0 ? '' : ` (${unwell.join('; ')})`;
}

function refuse(openio: Openio, base: Base, reason: string): Planned<Plan> {
  const why = `Nobody was asked to leave: ${reason}. Find out more with diagnose.`;
  const words = `openio election diagnose ${baseWords(openio, base)}`;
  const next: Part = { kind: 'next', label: 'Diagnose', words, why: 'shows what has to be mended first' };
  return {
    kind: 'refused',
    why,
    view: { title: `No leave of ${labelOf(base)}`, tone: 'bad', parts: [{ kind: 'text', text: why }, next] },
  };
}

function preview({ base, leaving, all, master, healthy }: Plan): View {
  return {
    title: all
      ? `All peers of ${labelOf(base)} leave the election`
      : `${leaving.join(', ')} leaves the election of ${labelOf(base)}`,
    tone: 'warning',
    parts: [
      {
        kind: 'facts',
        facts: [
          ['base', baseName(base)],
          ['leaving', leaving.join(', ')],
          ['master now', master ?? 'none'],
          ['healthy peers', healthy.join(', ')],
        ],
      },
      {
        kind: 'text',
        text: 'Writes to this base stop until a new master is elected, usually some milliseconds. The proxy does not tell how ZooKeeper is at this moment; if it is down, no master comes back until it returns.',
      },
    ],
  };
}

/** Asks for the status, which elects, until every peer that was healthy has its role again. */
async function verify(
  openio: Openio,
  planned: Plan,
  options: Required<LeaveOptions>,
  context: Context,
): Promise<Finding> {
  const { base, healthy } = planned;
  const target = targetOf(base).key;
  const until = Date.now() + options.settleMs;
  for (;;) {
    const answers = await openio.election('status', { base }, context);
    const master = masterOf(answers);
    const unwell = answers.filter(
      (answer) => healthy.includes(answer.id) && explain('status', answer).health !== 'well',
    );
    if (master !== null && unwell.length === 0) return leftOrNot(openio, planned, master, context);
    if (Date.now() >= until) {
      const text = answers.map((answer) => `${answer.id} ${explain('status', answer).words}`).join('; ');
      return { target, verdict: 'contradicted', text: `no complete election: ${text}` };
    }
    await pause(options.pauseMs, undefined, { signal: context.signal });
  }
}

/** A complete election alone proves nothing: there may have been one all the time. */
async function leftOrNot(openio: Openio, planned: Plan, master: string, context: Context): Promise<Finding> {
  const { base, leaving, peers, places = {} } = planned;
  const target = targetOf(base).key;
  const now = placesOf(await debugWith(openio, base, { peers, others: leaving }, context), leaving);
  const stayed = leaving.filter((id) => typeof places[id] === 'number' && now[id] === places[id]);
  const unseen = leaving.filter(
    (id) => (places[id] === undefined || now[id] === undefined) && !heldItUp(planned, id, master),
  );
  if (stayed.length > 0) {
    const text = `${master} is master, but ${stayed.join(', ')} did not leave: the old place is still held`;
    return { target, verdict: 'contradicted', text };
  }
  if (unseen.length > 0) {
    const text = `${master} is master, but nothing shows that ${unseen.join(', ')} left: it could not be asked before and after`;
    return { target, verdict: 'unverifiable', text };
  }
  const again = master === planned.master ? 'again' : 'now';
  return { target, verdict: 'confirmed', text: `${master} is master ${again}` };
}

/**
 * No election of the peers ends while a service that is no peer is the first candidate. So one that ends now shows that it
 * has left, even where such a service cannot be asked.
 */
function heldItUp({ peers, master: before }: Plan, id: string, master: string): boolean {
  return !peers.includes(id) && peers.includes(master) && (before === null || before === id);
}

interface Done {
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
}

function render(openio: Openio, { base, master }: Plan, { steps, findings }: Done): View {
  const words = baseWords(openio, base);
  const confirmed = findings.length > 0 && findings.every(({ verdict }) => verdict === 'confirmed');
  const next: readonly Part[] = confirmed
    ? [{ kind: 'next', label: 'Status', words: `openio election status ${words}`, why: 'shows the new roles' }]
    : [
        {
          kind: 'next',
          label: 'Diagnose',
          words: `openio election diagnose ${words}`,
          why: 'says what keeps it from ending',
        },
      ];
  return {
    title: confirmed ? `${labelOf(base)} has elected again` : `${labelOf(base)}: the leave is not confirmed`,
    tone: confirmed ? 'good' : 'bad',
    parts: [
      {
        kind: 'facts',
        facts: [['master before', master ?? 'none'], ...findings.map(({ text }) => ['read back', text] as const)],
      },
      { kind: 'table', name: 'steps.csv', head: ['Step', 'What the peer said'], rows: stepRows(steps) },
      ...next,
    ],
  };
}
