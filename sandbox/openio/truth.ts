import { createHash } from 'node:crypto';
import { cidOf, directoryHosts } from './bases';
import type { Copy, World } from './state';
import { FROZEN } from './tables';

export interface TrueCopy {
  readonly address: string;
  /** Whether there is a file that outlives the process. */
  readonly file: boolean;
  /** Whole and initialised: a namespace could be rebuilt from it. */
  readonly good: boolean;
  /** Of the rows that people put there; copies with the same rows have the same digest, whatever their peers and status. */
  readonly digest: string;
  readonly properties: Readonly<Record<string, string>>;
  /** `sys.peers`, sorted. */
  readonly peers: readonly string[];
  readonly frozen: boolean;
}

export interface TrueMember {
  readonly address: string;
  readonly state: string;
  /** The others that it counts on, and itself; sorted. Null while it has none. */
  readonly peers: readonly string[] | null;
}

/** What is really so, which nobody who asks over HTTP can know. */
export interface Truth {
  readonly directory: readonly string[];
  readonly copies: readonly TrueCopy[];
  readonly election: readonly TrueMember[];
}

export function truthOf(world: World, account: string, name: string): Truth {
  const base = world.bases.get(`${cidOf(account, name)}.1`);
  if (!base) throw new Error(`there is no base of ${name}`);
  const copies = [...base.holdings].map(([address, held]) => ({
    address,
    file: held.file,
    good: held.copy.system.get('sys.m2.init') === '1' && !held.copy.corrupt,
    digest: digestOf(held.copy),
    properties: Object.fromEntries(held.copy.properties),
    peers: (held.copy.system.get('sys.peers') ?? '').split(',').filter(Boolean).toSorted(),
    frozen: held.copy.system.get('sys.status') === FROZEN,
  }));
  const election = [...base.members.values()].map(({ address, state, peers }) => ({
    address,
    state,
    peers: peers === null ? null : [address, ...peers].toSorted(),
  }));
  return { directory: directoryHosts(world, base).toSorted(), copies: copies.toSorted(byAddress), election };
}

const MOVING = new Set(['sys.peers', 'sys.status', 'sys.last_vacuum']);

function digestOf(copy: Copy): string {
  const system = [...copy.system].filter(([key]) => !MOVING.has(key));
  const rows = [...system, ...copy.properties].map((row) => JSON.stringify(row)).toSorted();
  return createHash('sha256').update(rows.join('\n')).digest('hex');
}

function byAddress(a: { readonly address: string }, b: { readonly address: string }): number {
  return a.address < b.address ? -1 : 1;
}
