import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { wasTroubled } from '../checker/excuses';
import type { History, Left } from '../history';
import { EXPIRES_AFTER_MS, PEOPLE, type Schedule } from '../schedule';
import { watchStarvation } from '../subject/starvation.cjs';
import type { Stall } from '../world/stalls';
import type { World } from '../world/world';
import { type Board, createBoard } from './board';
import { playStory } from './story';
import { createTroublemaker } from './troubles';

/** From the end of all troubles to the last word of the last request. */
const ENDS_WITHIN_MS = EXPIRES_AFTER_MS + 6_000;
/** What a peer leaves open stays open: that is known after a while. */
const PEER_ENDS_WITHIN_MS = 3_000;
const MOST_WAITING_MS = 45_000;
const LOOK_EVERY_MS = 20;
/** Messages that come after the end, if a program makes any. */
const AFTERMATH_MS = 30;
const LATE_MS = 2_000;

/** Plays a round in this world and returns all that was seen of it. */
export async function playRound(world: World, schedule: Schedule): Promise<History> {
  const round = world.rounds++;
  for (let process = 0; process < world.programs.count; process++) world.programs.thaw(process);
  await world.programs.allUp();
  const { stories } = schedule;
  const first = round * stories.length;
  const channels = world.desk.channels.slice(first, first + stories.length);
  if (channels.length < stories.length) throw new Error('this world has no channels left: start another one');
  const board = createBoard(channels);
  const targets = stories.map(({ targets }, story) =>
    Array.from({ length: targets }, (_, n) => uuidOf([schedule.seed, world.etcd.port, round, story, n])),
  );
  const trouble = createTroublemaker(world, board, schedule.troubles);
  listen(world, board, { targets, schedule, trouble });
  const fed = watchStarvation((ms) => starved(board, null, ms));
  await Promise.all(targets.flat().map((uuid) => register(world, board, uuid)));
  const scenes = stories.map((story, index) => {
    const scene = { world, board, round, index, channel: channels[index] ?? '', targets: targets[index] ?? [] };
    return playStory(scene, story);
  });
  await Promise.all([...scenes, trouble.timed()]);
  await trouble.end();
  await settled(world, board, channels.length);
  await world.watch.caughtUp();
  fed();
  const left = world.subject === 'quorumbot' ? await leftBy(world, targets.flat()) : null;
  if (left) world.head = left.head;
  return {
    subject: world.subject,
    schedule,
    stories: channels.map((channel, index) => ({ channel, targets: targets[index] ?? [] })),
    approvers: [PEOPLE.ben.id, PEOPLE.cho.id, PEOPLE.dee.id],
    expiresAfterMs: EXPIRES_AFTER_MS,
    begunAt: board.begunAt,
    events: board.events.toSorted((one, other) => one.at - other.at),
    left,
  };
}

function uuidOf(parts: readonly number[]): string {
  const hash = createHash('sha256').update(parts.join(' ')).digest('hex');
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `4${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}

async function register(world: World, board: Board, uuid: string): Promise<void> {
  const wrote = await world.registry.register(uuid);
  board.note({ kind: 'wrote', at: board.now(), target: uuid, ...wrote });
}

async function interfere(world: World, board: Board, uuid: string, what: 'rewrite' | 'change'): Promise<void> {
  const { register, rewrite } = world.registry;
  const wrote = await (what === 'change' ? register(uuid) : rewrite(uuid));
  if (wrote) board.note({ kind: 'wrote', at: board.now(), target: uuid, ...wrote });
}

/** Longer than this without a processor, and leases and heartbeats may have run out. */
const LONG_MS = 300;

function starved(board: Board, process: number | null, ms: number): void {
  const what = ms < LONG_MS ? 'starved' : 'starved for long';
  board.note({ kind: 'trouble', at: board.now() - ms, what, process });
  board.note({ kind: 'mended', at: board.now(), what, process });
}

/** What the harness does to a server itself is noted where it does it. */
function stalled({ events, note, now }: Board, { server, ms }: Stall): void {
  const [from, until] = [now() - ms, now()];
  if (wasTroubled({ events }, { what: new RegExp(`^${server} (?!stalled)`), from, until })) return;
  const what = `${server} stalled`;
  note({ kind: 'trouble', at: from, what, process: null });
  note({ kind: 'mended', at: until, what, process: null });
}

interface Listening {
  readonly targets: readonly (readonly string[])[];
  readonly schedule: Schedule;
  readonly trouble: ReturnType<typeof createTroublemaker>;
}

function listen(world: World, board: Board, { targets, schedule, trouble }: Listening): void {
  const storyOf = new Map(targets.flatMap((uuids, story) => uuids.map((uuid) => [uuid, story] as const)));
  const again = new Set<string>();
  world.desk.told = {
    shown: board.shown,
    whispered: (delivery, said) => board.note({ kind: 'whispered', at: board.now(), delivery, said }),
    opened: board.opened,
    reached: trouble.reached,
  };
  world.control.told = {
    attempt: (process, attempt) => {
      const story = storyOf.get(attempt.target);
      if (story === undefined) return;
      board.note({ kind: 'attempt', at: board.now(), process, ...attempt });
      const overtakes = attempt.what === 'put' && schedule.troubles.some(({ kind }) => kind === 'registers meanwhile');
      const what = overtakes ? 'change' : schedule.stories[story]?.interferes;
      if (what) void interfere(world, board, attempt.target, what);
    },
    fired: trouble.fired,
    starved: (process, ms) => starved(board, process, ms),
  };
  world.watched = {
    down: (process) => board.note({ kind: 'trouble', at: board.now(), what: 'down', process }),
    up: (process) => board.note({ kind: 'mended', at: board.now(), what: 'down', process }),
  };
  world.stalls.stalled = (stall) => stalled(board, stall);
  world.trail.stored = (entry) => board.note({ kind: 'stored', at: board.now(), ...entry });
  world.watch.changed = (change) => {
    const story = storyOf.get(change.target);
    if (story === undefined) return;
    board.note({ kind: 'effect', at: board.now(), ...change });
    const after = schedule.stories[story]?.registersAgain ?? null;
    if (change.what !== 'deleted' || after === null || again.has(change.target)) return;
    again.add(change.target);
    void wait(after).then(() => register(world, board, change.target));
  };
}

/** Until every request has ended, or long enough that one which has not is a finding. */
async function settled(world: World, board: Board, stories: number): Promise<void> {
  const within = world.subject === 'quorumbot' ? ENDS_WITHIN_MS : PEER_ENDS_WITHIN_MS;
  const begun = performance.now();
  const open = () =>
    Array.from({ length: stories }, (_, story) => board.requests(story))
      .flat()
      .filter((request) => board.reading(request)?.state !== 'ended');
  // Time counts from when the machine lets the programs run.
  const isOver = () => board.now() - lastStarved(board) > within || performance.now() - begun > MOST_WAITING_MS;
  const until = performance.now() + within;
  while (performance.now() < until || !isOver()) {
    if (open().length === 0 && (await isIdle(world))) break;
    await wait(LOOK_EVERY_MS);
  }
  // Words for one person come after the acknowledgement, and late where there was no time to run.
  await wait(board.now() - lastStarved(board) < LATE_MS ? LATE_MS : AFTERMATH_MS);
}

function lastStarved({ events }: Board): number {
  return (
    events.findLast(({ kind, ...event }) => kind === 'mended' && 'what' in event && /^starved/.test(event.what))?.at ??
    0
  );
}

const KEY = '{quorumbot}';

/** Nothing open and nothing to draw, where the program keeps such things. */
async function isIdle({ subject, store }: World): Promise<boolean> {
  if (subject !== 'quorumbot') return true;
  const [open, redraw] = await Promise.all([store.zcard(`${KEY}:open`), store.zcard(`${KEY}:redraw`)]);
  return open + redraw === 0;
}

async function leftBy({ store, head: before }: World, targets: readonly string[]): Promise<Left> {
  const [seq, hash] = await store.hmget(`${KEY}:audit:head`, 'seq', 'hash');
  const trail = await store.xrange(`${KEY}:audit:trail`, `${before.seq + 1}`, '+');
  const locks = Object.entries(await store.hgetall(`${KEY}:locks`));
  return {
    trail: trail.map(([, fields]) => fields[1] ?? ''),
    before,
    head: { seq: Number(seq ?? 0), hash: hash ?? '0'.repeat(64) },
    locks: locks.flatMap(([target, json]) =>
      targets.some((uuid) => target.endsWith(uuid)) ? [{ target, request: holderIn(json) }] : [],
    ),
  };
}

function holderIn(json: string): string {
  const holder: unknown = JSON.parse(json);
  return typeof holder === 'object' && holder !== null && 'request' in holder ? String(holder.request) : '';
}
