import { z } from 'zod';
import type { Service } from '../../../backends/openio/openio';
import { type Copy, differences, good, isHealthy, listed, steady } from '../copies';
import { baseShape } from '../writes';
import type { Wish } from './args';
import type { Todo } from './judgement';
import { fileOf } from './look';
import { markerText } from './marker';
import { objections } from './placement';
import { debugOf, type Scene } from './scene';
import { frozenState } from './status';

const hostShape = z.object({
  address: z.string(),
  role: z.enum(['MASTER', 'SLAVE', '-']),
  location: z.string(),
  file: z.enum(['yes', 'no', 'not known', 'silent']),
  copy: z.string(),
});

/** The admin table without the counters that clients move, and what the directory says. */
const savedShape = z.object({
  references: z.array(z.object({ type: z.string(), host: z.string(), seq: z.number(), args: z.string() })),
  admin: z
    .object({ properties: z.record(z.string(), z.string()), system: z.record(z.string(), z.string()) })
    .nullable(),
});

/** The move of one base. `from` and `to` are as asked; going back, they are the wrong way round for what is done. */
export const moveShape = z.object({
  base: baseShape,
  from: z.string(),
  to: z.string(),
  back: z.boolean(),
  leaving: z.string(),
  arriving: z.string(),
  old: z.array(z.string()),
  wanted: z.array(z.string()),
  /** What is so at the moment. */
  directory: z.array(z.string()),
  lists: z.array(z.array(z.string())),
  frozen: z.enum(['no', 'yes', 'partly', 'not known']),
  marked: z.string().nullable(),
  /** Null where it can only be elected once the old peer has left. */
  master: z.string().nullable(),
  /** `by chance`: these servers do not show one peer's copy. */
  seen: z.enum(['by peer', 'by chance', 'not at all']),
  todo: z.object({
    mark: z.boolean(),
    freeze: z.boolean(),
    peers: z.boolean(),
    copy: z.boolean(),
    directory: z.boolean(),
    leave: z.boolean(),
    enable: z.boolean(),
  }),
  hosts: z.array(hostShape),
  /** Why this destination, where nobody named one. */
  chosen: z.string().nullable(),
  warnings: z.array(z.string()),
  saved: savedShape,
});
export type MovePlan = z.output<typeof moveShape>;
export type Host = z.output<typeof hostShape>;

/** Whether an earlier move is gone on with: nothing of it is repeated. */
export function isContinuation({ directory, lists, old, marked, leaving, arriving }: MovePlan): boolean {
  const touched = [directory, ...lists].some((list) => list.join() !== old.join());
  const between = [` ${leaving} to ${arriving}`, ` ${arriving} to ${leaving}`];
  return touched || (marked !== null && between.some((pair) => marked.endsWith(` moving${pair}`)));
}

export function planOf(scene: Scene, wish: Wish, todo: Todo, chosen: string | null): MovePlan {
  const { leaving, arriving, masters, plain } = scene;
  const [master = null] = masters;
  const [to, from] = wish.back ? [leaving, arriving] : [arriving, leaving];
  return {
    base: scene.base,
    from,
    to,
    back: wish.back,
    leaving,
    arriving,
    old: [...scene.old],
    wanted: [...scene.wanted],
    directory: scene.directory.toSorted(),
    lists: scene.lists.map((list) => [...list]).toSorted((a, b) => (a.join() < b.join() ? -1 : 1)),
    frozen: frozenState(scene),
    marked: scene.marked && markerText(scene.marked),
    master,
    seen: plain?.kind ?? 'not at all',
    todo,
    hosts: [...new Set([...scene.old, ...scene.wanted])].toSorted().map((address) => hostOf(scene, address)),
    chosen,
    warnings: [...warningsOf(scene)],
    saved: savedOf(scene),
  };
}

function hostOf(scene: Scene, address: string): Host {
  const { masters, plain } = scene;
  const state = debugOf(scene, address)?.debug?.state;
  const location = serviceOf(scene.services, address)?.location ?? '';
  const role = masters.includes(address) ? 'MASTER' : state === 'SLAVE' ? 'SLAVE' : '-';
  const copy = plain?.kind === 'by peer' ? plain.copies.find(({ peer }) => peer === address) : undefined;
  return { address, role, location, file: fileOf(scene, address), copy: copyWords(copy, plain?.copies ?? []) };
}

function copyWords(copy: Copy | undefined, all: readonly Copy[]): string {
  if (!copy) return '-';
  if (copy.table === null) return 'cannot be read';
  const best = good({ kind: 'by peer', copies: all });
  if (isHealthy(copy) && copy.digest === best?.digest) return `complete, ${copy.digest}`;
  return listed(best ? differences(copy, best) : copy.faults, 2) || `no majority, ${copy.digest}`;
}

function serviceOf(services: readonly Service[], address: string): Service | undefined {
  return services.find((service) => service.address === address);
}

function warningsOf(scene: Scene): readonly string[] {
  const { arriving, wanted, services, directory, alone, isContinued, plain } = scene;
  const service = serviceOf(services, arriving);
  const staying = wanted.filter((each) => each !== arriving);
  const isNew = !directory.includes(arriving);
  return [
    ...(service && isNew ? objections(service, services, staying) : []),
    ...(!alone && isNew && !isContinued
      ? [
          `These servers cannot ask ${arriving} whether it holds a file of this base already; one would be written over.`,
        ]
      : []),
    ...(plain?.kind === 'by chance'
      ? ['These servers do not show the copy of one peer: the reads agree, but a bad copy may have been missed.']
      : []),
    ...(plain === null ? ['No copy can be read before the old peer has left, so the copies were not compared.'] : []),
  ];
}

/** Of the master where it is known whose copy was read, else what all reads agreed on. */
function savedOf({ reference, copies, masters }: Scene): MovePlan['saved'] {
  const read = copies?.copies.filter(({ table }) => table !== null) ?? [];
  const table = (read.find(({ peer }) => peer !== null && masters.includes(peer)) ?? read[0])?.table;
  const references = [...reference.directory, ...reference.services]
    .map(({ type, host, seq, args }) => ({ type, host, seq, args }))
    .toSorted((a, b) => (`${a.type} ${a.host}` < `${b.type} ${b.host}` ? -1 : 1));
  const admin = table && steady(table);
  return { references, admin: admin ? { properties: { ...admin.properties }, system: { ...admin.system } } : null };
}

/** What was there before the first write, as a file for people. */
export function beforeText({ base, saved }: MovePlan): string {
  return `${JSON.stringify({ base, ...saved }, null, 2)}\n`;
}
