import { cidOf } from '../../../../sandbox/openio/bases';
import type { Base as PretendBase, Version } from '../../../../sandbox/openio/state';
import type { WireCall, Write, Writes } from '../../../../src/backends/openio/openio';
import { openioBaseMove } from '../../../../src/handlers/openio/base/move';
import type { MoveOptions } from '../../../../src/handlers/openio/base/options';
import type { Change, Proposal, Step } from '../../../../src/handlers/operation';
import { context, type Rig, rig } from '../support';

/** cnt2 as in the runbook: it is to leave 127.0.0.1:…20, and 127.0.0.2:…24 is the only service that is free. */
export interface Moving extends Rig {
  readonly move: Change;
  readonly from: string;
  readonly to: string;
  readonly staying: readonly [string, string];
  /** `meta2 cnt2 --from … --to …` and what else is given. */
  words(more?: string): string;
  base(): PretendBase;
  hosts(): readonly string[];
  /** Services whose copy is complete in truth. */
  whole(): readonly string[];
  master(): string;
  /** Every write that was sent, as it went over the wire. */
  readonly sent: WireCall[];
}

export const BRISK: MoveOptions = { settleMs: 400, pauseMs: 5, secondMs: 1 };

export async function movingRig(version: Version, options: MoveOptions = BRISK): Promise<Moving> {
  const world = await rig(version);
  const port = version === '4.2.10' ? 7000 : 6000;
  const cid = cidOf('myaccount', 'cnt2');
  const sent: WireCall[] = [];
  const openio = { ...world.openio, writes: recording(world.openio.writes, sent) };
  const [from, to] = [`127.0.0.1:${port + 20}`, `127.0.0.2:${port + 24}`];
  const base = (): PretendBase => {
    const found = world.sandbox.world.bases.get(`${cid}.1`);
    if (!found) throw new Error('no cnt2');
    return found;
  };
  return {
    ...world,
    openio,
    move: openioBaseMove(openio, options),
    from,
    to,
    staying: [`127.0.0.1:${port + 23}`, `127.0.0.3:${port + 25}`],
    words: (more = '') => `meta2 cnt2 --from ${from} --to ${to} ${more}`,
    base,
    hosts: () => world.sandbox.world.directory.get(cid)?.hosts ?? [],
    whole: () => [...base().holdings].flatMap(([host, { copy }]) => (copy.system.has('sys.m2.ctime') ? [host] : [])),
    master: () => [...base().members.values()].find(({ state }) => state === 'MASTER')?.address ?? '',
    sent,
  };
}

/** Writes that are noted as they are sent, and only then. */
function recording(writes: Writes, sent: WireCall[]): Writes {
  const noted = <T>(write: Write<T>): Write<T> => ({
    wire: write.wire,
    send: (call) => {
      sent.push(write.wire);
      return write.send(call);
    },
  });
  return {
    freeze: (base) => noted(writes.freeze(base)),
    enable: (base) => noted(writes.enable(base)),
    setPeers: (base, peers) => noted(writes.setPeers(base, peers)),
    copy: (base, pair) => noted(writes.copy(base, pair)),
    replaceReference: (container, hosts) => noted(writes.replaceReference(container, hosts)),
    leave: (base, peer) => noted(writes.leave(base, peer)),
    remove: (base, peer) => noted(writes.remove(base, peer)),
    setProperties: (container, properties) => noted(writes.setProperties(container, properties)),
    flush: (proxy, level) => noted(writes.flush(proxy, level)),
  };
}

/** Performs so many steps and then no more, as when the worker is killed. */
export async function performSteps(proposal: Proposal, count: number): Promise<readonly Step[]> {
  const steps: Step[] = [];
  if (count === 0) return steps;
  for await (const step of proposal.execute(context())) {
    steps.push(step);
    if (steps.length === count) break;
  }
  return steps;
}

export function statuses(steps: readonly Step[]): string {
  return steps.map(({ status }) => status[0]).join('');
}
