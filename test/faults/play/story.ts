import { setTimeout as wait } from 'node:timers/promises';
import { IN_CONSOLE } from '../history';
import { type Act, PEOPLE, type Story } from '../schedule';
import type { Delivery } from '../world/desk';
import type { World } from '../world/world';
import type { Board } from './board';

const LOOK_EVERY_MS = 8;

interface Scene {
  readonly world: World;
  readonly board: Board;
  /** Unique in the world. */
  readonly round: number;
  readonly index: number;
  readonly channel: string;
  readonly targets: readonly string[];
}

/** Plays one story to its last act; resolves when everything that was delivered is answered or given up. */
export async function playStory(scene: Scene, story: Story): Promise<void> {
  const pending: Promise<void>[] = [];
  for (const [at, act] of story.acts.entries()) {
    const delivery = `${scene.round}.${scene.index}.${at}`;
    const under = play(scene, act, delivery);
    if (act.kind === 'type' || act.kind === 'click') pending.push(under);
    else await under;
  }
  await Promise.all(pending);
}

async function play(scene: Scene, act: Act, delivery: string): Promise<void> {
  switch (act.kind) {
    case 'pass':
      return wait(act.ms);
    case 'await':
      return awaitState(scene, act);
    case 'write':
      return write(scene, act);
    case 'type':
      return type(scene, act, delivery);
    case 'click':
      return click(scene, act, delivery);
  }
}

async function awaitState({ board, index }: Scene, act: Extract<Act, { kind: 'await' }>): Promise<void> {
  const deadline = performance.now() + act.mostMs;
  const there = () => {
    const request = board.requests(index)[act.request];
    const reading = request === undefined ? null : board.reading(request);
    if (!reading) return false;
    if (act.what === 'ended') return reading.state === 'ended';
    // A preview is there a moment before its buttons are, and nobody presses what is not there.
    return reading.state !== 'queued' && (reading.state !== 'waiting' || reading.buttons.length > 0);
  };
  while (!there() && performance.now() < deadline) await wait(LOOK_EVERY_MS);
}

async function write(
  { world, board, targets }: Scene,
  { target, what }: Extract<Act, { kind: 'write' }>,
): Promise<void> {
  const uuid = targets[target];
  if (uuid === undefined) return;
  const { registry } = world;
  const wrote = await { rewrite: registry.rewrite, change: registry.register, remove: registry.remove }[what](uuid);
  if (wrote) board.note({ kind: 'wrote', at: board.now(), target: uuid, ...wrote });
}

async function type(scene: Scene, act: Extract<Act, { kind: 'type' }>, id: string): Promise<void> {
  const { board, index: story, channel, targets } = scene;
  const uuids = act.targets.flatMap((target) => targets[target] ?? []);
  const text = `${act.command} ${uuids.join(' ')}`;
  const what = { kind: 'command', command: '/palm', text } as const;
  await deliverTwice(scene, act, (copy, process) => {
    board.note({
      kind: 'typed',
      at: board.now(),
      story,
      delivery: id,
      copy,
      who: PEOPLE[act.who].id,
      command: text,
      process,
    });
    return { id, again: copy > 0, user: PEOPLE[act.who].id, channel, what };
  });
}

async function click(scene: Scene, act: Extract<Act, { kind: 'click' }>, id: string): Promise<void> {
  const { world, board, index, channel } = scene;
  const request = board.requests(index)[act.request];
  const place = request === undefined ? null : board.press(request, act.button);
  if (request === undefined || !place) return;
  await wait(act.late);
  if (act.typed && world.subject === 'quorumbot') return typed(scene, act, { id, request });
  const user = PEOPLE[act.who].id;
  const clicked = (delivery: string, what: Delivery['what']) => (copy: number, process: number) => {
    const { button } = act;
    board.note({ kind: 'clicked', at: board.now(), story: index, delivery, copy, who: user, button, request, process });
    return { id: delivery, again: copy > 0, user, channel, what };
  };
  const press = { kind: 'click', action: place.action, value: place.value, ts: place.ts } as const;
  await deliverTwice(scene, act, clicked(id, press));
  const form = board.form(id);
  if (!form) return;
  // Sent twice at most as well: the form's answer is a delivery like any other.
  await deliverTwice(scene, act, clicked(`${id}f`, { kind: 'form', form, opener: id, reason: 'not now' }));
}

/** What the console says when a vote counts. */
const COUNTED = /^Counted: /m;
/** It was told that nothing is known of it. */
const UNCERTAIN = 3;

async function typed(
  { world, board, index }: Scene,
  { who, button }: Extract<Act, { kind: 'click' }>,
  { id, request }: { readonly id: string; readonly request: string },
): Promise<void> {
  const user = PEOPLE[who].id;
  const about = { delivery: id, copy: 0 };
  board.note({
    kind: 'clicked',
    at: board.now(),
    story: index,
    ...about,
    who: user,
    button,
    request,
    process: IN_CONSOLE,
  });
  const { code, said } = await world.inConsole(user, [button, request]);
  const ok = code !== null && code !== UNCERTAIN;
  board.note({ kind: 'answered', at: board.now(), ...about, ok, said: COUNTED.test(said) ? '' : said });
}

async function deliverTwice(
  scene: Scene,
  { again, road }: { readonly again: number | null; readonly road: 0 | 1 },
  make: (copy: number, process: number) => Delivery,
): Promise<void> {
  const first = deliver(scene, 0, road, make);
  if (again === null) return first;
  await Promise.all([first, wait(again).then(() => deliver(scene, 1, road === 0 ? 1 : 0, make))]);
}

/** Slack's way leads to a process that listens, where there is one. */
async function deliver(
  { world, board }: Scene,
  copy: number,
  road: number,
  make: (copy: number, process: number) => Delivery,
): Promise<void> {
  const { programs } = world;
  const wanted = road % programs.count;
  const other = (wanted + 1) % programs.count;
  const process = programs.isUp(wanted) || !programs.isUp(other) ? wanted : other;
  const isUp = programs.isUp(process);
  const delivery = make(copy, process);
  const answer = isUp
    ? await world.desk.deliver(delivery, programs.port(process))
    : { ok: false, said: 'dispatch_failed' };
  board.note({ kind: 'answered', at: board.now(), delivery: delivery.id, copy, ...answer });
}
