import { electAll, finalState } from '../../sandbox/openio/admin';
import { cidOf, createContainer } from '../../sandbox/openio/bases';
import type { OpenioSandbox } from '../../sandbox/openio/sandbox';
import type { Base } from '../../sandbox/openio/state';
import { emptyTable, freeze, loseRows, resume } from '../../sandbox/openio/troubles';
import { replay } from './openio-match';

/** Brings the stand-in into the state that a recording was made in. */
export interface Stage {
  /** Places a container on these peers, the first of them master. */
  place(name: string, hosts: readonly string[], properties?: Readonly<Record<string, string>>): Promise<Base>;
  base(name: string): Base;
  freeze(...addresses: readonly string[]): void;
  resume(...addresses: readonly string[]): void;
  stop(...addresses: readonly string[]): Promise<void>;
  start(...addresses: readonly string[]): Promise<void>;
  /** Deletes the `sys.m2.*` rows of this copy; `properties` too where wanted. */
  loseRows(name: string, address: string, properties?: boolean): void;
  emptyTable(name: string, address: string): void;
  /** Sends another request first. */
  post(path: string, body?: string): Promise<void>;
  readonly sandbox: OpenioSandbox;
}

export function stageOf(sandbox: OpenioSandbox): Stage {
  const { world, account } = sandbox;
  const base = (name: string): Base => {
    const found = world.bases.get(`${cidOf(account, name)}.1`);
    if (!found) throw new Error(`no container ${name}`);
    return found;
  };
  const dead = async (on: boolean, addresses: readonly string[]): Promise<void> => {
    for (const address of addresses) await sandbox.switchTrouble(`dead-${address}`, on);
  };
  return {
    sandbox,
    base,
    place: async (name, hosts, properties = {}) => {
      world.bases.delete(`${cidOf(account, name)}.1`);
      const placed = createContainer(world, { account, name, hosts, properties });
      await finalState(world, placed, hosts[0] ?? '');
      await electAll(world, placed);
      return placed;
    },
    freeze: (...addresses) => {
      for (const address of addresses) freeze(world, address);
    },
    resume: (...addresses) => {
      for (const address of addresses) resume(world, address);
    },
    stop: (...addresses) => dead(true, addresses),
    start: (...addresses) => dead(false, addresses),
    loseRows: (name, address, properties = false) => {
      const copy = base(name).holdings.get(address)?.copy;
      if (copy) loseRows(copy, properties);
    },
    emptyTable: (name, address) => {
      const copy = base(name).holdings.get(address)?.copy;
      if (copy) emptyTable(world, copy);
    },
    post: async (path, body) => {
      const request = { method: 'POST', target: path, headers: {}, body: body ?? '' };
      await replay(sandbox.url, { request, response: { status: 0, reason: '', headers: {}, body: '' } });
    },
  };
}
