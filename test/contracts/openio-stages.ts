import type { Addresses } from './openio-match';
import type { Stage } from './openio-world';

/** How a recording is replayed: what has to be so before, and what is too random to be the same. */
export interface Replay {
  readonly capture: string;
  readonly before?: (stage: Stage) => Promise<void>;
  /** After the exchange with this number (from 0), for long recordings. */
  readonly between?: (stage: Stage, exchange: number) => Promise<void>;
  readonly addresses?: Addresses;
  /** In a long recording: exchanges (from 0) after a new election, where any peer may have become master. */
  readonly elected?: readonly number[];
  /** The proxy chooses the peer by chance: the same request is sent until this answer comes. */
  readonly chance?: true;
  /** Slower than the others, where a moment has to last. */
  readonly scale?: number;
  /** `exact`: every peer's log has the same lines. `known`: it has only lines that the recording has too. */
  readonly log?: 'exact' | 'known';
}

export const NEW = ['127.0.0.1:6020', '127.0.0.2:6024', '127.0.0.3:6025'] as const;
export const OLD = ['127.0.0.1:7023', '127.0.0.2:7024', '127.0.0.3:7025'] as const;
export type Three = readonly [string, string, string];
export const LEAVE = '/v3.0/OPENIO/admin/leave?acct=myaccount&type=meta2&ref=';
export const STATUS = '/v3.0/OPENIO/admin/status?acct=myaccount&type=meta2&ref=';
export const SAFE = ['127.0.0.2:6024', '127.0.0.1:6023', '127.0.0.3:6025'] as const;

export function masterFirst(three: Three, master: number): readonly string[] {
  return [three[master] ?? '', ...three.filter((_, index) => index !== master)];
}

export function placed(name: string, three: Three, master: number, properties: Readonly<Record<string, string>> = {}) {
  return async (stage: Stage): Promise<void> => {
    await stage.place(name, masterFirst(three, master), properties);
  };
}

/** After a leave, everybody but the first hangs: the first one tries to become master for ever. */
export function stuck(name: string, three: Three, awake: number) {
  return async (stage: Stage): Promise<void> => {
    await stage.place(name, masterFirst(three, awake));
    await stage.post(`${LEAVE}${name}`);
    await stage.post(`/v3.0/OPENIO/admin/debug?acct=myaccount&type=meta2&ref=${name}`);
    stage.freeze(...three.filter((_, index) => index !== awake));
  };
}

/** A base whose peers still count on 127.0.0.1:6023 while the directory names 127.0.0.1:6020. */
export function movedByHand(name: string, order: readonly string[], rogue: boolean) {
  return async (stage: Stage): Promise<void> => {
    const base = await stage.place(name, order);
    const copy = base.holdings.get('127.0.0.2:6024')?.copy;
    const directory = stage.sandbox.world.directory.get(base.name.replace('.1', ''));
    if (!copy || !directory) throw new Error('not placed');
    directory.hosts = NEW;
    if (!rogue) return;
    const system = new Map(copy.system).set('sys.peers', NEW.join(','));
    const moved = { ...copy, system, properties: new Map(copy.properties), versions: new Map(copy.versions) };
    base.holdings.set('127.0.0.1:6020', { copy: moved, file: true, writtenAt: 0 });
  };
}

export function hung(name: string, three: Three, master: number, silent: number) {
  return async (stage: Stage): Promise<void> => {
    await stage.place(name, masterFirst(three, master));
    stage.freeze(three[silent] ?? '');
  };
}

export function noFile(three: Three, who: number) {
  return async (stage: Stage): Promise<void> => {
    const held = (await stage.place('FVE0', three)).holdings.get(three[who] ?? '');
    if (held) held.file = false;
  };
}

export function damagedMaster(hosts: readonly string[], synced = false) {
  return async (stage: Stage): Promise<void> => {
    await stage.place('DMG1', hosts, { keep: 'me' });
    stage.loseRows('DMG1', hosts[0] ?? '', true);
    if (!synced) return;
    await stage.post('/v3.0/OPENIO/admin/sync?acct=myaccount&type=meta2&ref=DMG1');
    await stage.post('/v3.0/OPENIO/admin/sync?acct=myaccount&type=meta2&ref=DMG1');
  };
}

/** The same after somebody asked for the status. */
export function stuckFor(name: string, three: Three, awake: number) {
  return async (stage: Stage): Promise<void> => {
    await stuck(name, three, awake)(stage);
    await stage.post(`${STATUS}${name}`);
  };
}

export function rowsLost(name: string, three: Three, properties: Readonly<Record<string, string>>) {
  return async (stage: Stage): Promise<void> => {
    await stage.place(name, three, properties);
    stage.loseRows(name, three[1]);
  };
}

export function frozen(properties: Readonly<Record<string, string>>) {
  return async (stage: Stage): Promise<void> => {
    await stage.place('FVE0', NEW, properties);
    await stage.post('/v3.0/OPENIO/admin/freeze?acct=myaccount&ref=FVE0&type=meta2');
  };
}

export function unlinked(name: string, three: Three) {
  return async (stage: Stage): Promise<void> => {
    await stage.place(name, three);
    await stage.post(`/v3.0/OPENIO/reference/unlink?acct=myaccount&ref=${name}&type=meta2`);
  };
}

/** The container of a recorded move has to be where the recording had it, before the first step that looks. */
export function createdOn(hosts: readonly string[]) {
  return async (stage: Stage, exchange: number): Promise<void> => {
    if (exchange === 0) await stage.place('safe1', hosts, { keep: 'me' });
  };
}
