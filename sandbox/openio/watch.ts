/** One call that reached the pretend proxy. */
export interface FarCall {
  readonly method: string;
  /** Below the namespace: `admin/copy`, `reference/force`. */
  readonly what: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** The how-many-eth write this is, from 1, counted since the sandbox began; null for a read. */
  readonly write: number | null;
}

/** `hang up`: the connection is cut. Before: nothing is done. After: it is done and nobody is told. */
export type Fate = 'hang up' | undefined;
/** May take its time: nothing is done, or answered, until it is settled. */
export type Watcher = (call: FarCall, moment: 'before' | 'after') => Promise<Fate> | Fate;

const WRITES =
  /^(admin\/(freeze|enable|disable|set_properties|copy|leave|sync|remove)|reference\/(force|link|unlink)|container\/(create|set_properties)|cache\/flush\/\w+)$/;

export interface Watch {
  /** Calls `watcher` around every call. Returns how to end that. */
  on(watcher: Watcher): () => void;
  /** Numbers the call if it writes. */
  arrive(call: Omit<FarCall, 'write'>): FarCall;
  tell(call: FarCall, moment: 'before' | 'after'): Promise<Fate>;
}

export function createWatch(): Watch {
  const watchers = new Set<Watcher>();
  let writes = 0;
  return {
    on: (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    arrive: (call) => {
      const isWrite = call.method === 'POST' && WRITES.test(call.what);
      if (isWrite) writes += 1;
      return { ...call, write: isWrite ? writes : null };
    },
    tell: async (call, moment) => {
      let fate: Fate;
      for (const watcher of [...watchers]) fate = (await watcher(call, moment)) ?? fate;
      return fate;
    },
  };
}
