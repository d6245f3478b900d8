import type { FarCall, Fate } from '../../sandbox/openio/watch';
import type { Stage } from './move-stage';

/** What goes wrong, at one write of a move. */
export interface Fault {
  readonly name: string;
  readonly moment: 'before' | 'after';
  /** The way back is tried after this one too; after the others it would meet nothing new. */
  readonly back?: true;
  /** Makes a difference at this write only. */
  readonly only?: string;
  strike(stage: Stage): Promise<Fate> | Fate;
}

function trouble(name: string, moment: Fault['moment'], idOf: (stage: Stage) => string): Fault {
  return {
    name,
    moment,
    strike: async (stage) => {
      await stage.sandbox.switchTrouble(idOf(stage), true);
      return undefined;
    },
  };
}

const silentDirectory: Fault = {
  name: 'the directory hangs, and the proxy has forgotten what it said',
  moment: 'before',
  strike: async ({ sandbox }) => {
    await sandbox.switchTrouble('meta1-frozen', true);
    sandbox.world.cached.clear();
    return undefined;
  },
};

export const FAULTS: readonly Fault[] = [
  { name: 'the call is cut and nothing is done', moment: 'before', back: true, strike: () => 'hang up' },
  { name: 'it is done and the answer is lost', moment: 'after', back: true, strike: () => 'hang up' },
  trouble('the proxy dies while it is done', 'before', () => 'proxy-dead'),
  trouble('the leaving peer hangs', 'before', ({ leaving }) => `frozen-${leaving}`),
  trouble('the arriving peer hangs', 'before', ({ arriving }) => `frozen-${arriving}`),
  { ...trouble('a staying peer hangs', 'before', ({ staying }) => `frozen-${staying[0]}`), back: true },
  trouble('the leaving peer dies', 'before', ({ leaving }) => `dead-${leaving}`),
  trouble('the arriving peer dies', 'before', ({ arriving }) => `dead-${arriving}`),
  trouble('a staying peer dies', 'before', ({ staying }) => `dead-${staying[1]}`),
  trouble('ZooKeeper hangs', 'before', () => 'zookeeper-frozen'),
  silentDirectory,
  { ...trouble('copies break off', 'before', () => 'copies-break'), only: 'admin/copy' },
];

/** Arms one fault for one write, counted from now. It strikes once. */
export function arm(stage: Stage, fault: Fault, write: number): { disarm(): boolean } {
  let seen = 0;
  let struck = false;
  const end = stage.sandbox.onCall((call: FarCall, moment) => {
    if (call.write === null) return undefined;
    if (moment === 'before') seen += 1;
    if (struck || moment !== fault.moment || seen !== write) return undefined;
    struck = true;
    return fault.strike(stage);
  });
  return {
    disarm: () => {
      end();
      return struck;
    },
  };
}
