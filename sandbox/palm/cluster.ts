import { Etcd3 } from 'etcd3';
import type { Server } from '../services/server';
import type { Trouble, TroubledSystem } from '../world';
import { RECORDS, SEED } from './records';

const REWRITE_EVERY_MS = 1_000;

export interface PalmCluster extends TroubledSystem {
  /** Writes the records as they are at the beginning. */
  seed(): Promise<void>;
  close(): Promise<void>;
}

/** The records in a real etcd, and what can go wrong around them: etcd hangs, or the registry keeps writing. */
export function createPalmCluster(etcd: Server): PalmCluster {
  const client = new Etcd3({ hosts: etcd.url });
  let frozen = false;
  let writing: NodeJS.Timeout | undefined;

  /** As the real registry does: an unconditional write of the same record. */
  function rewrite(): void {
    const value = RECORDS.find(([id]) => id === SEED.printf)?.[1] ?? '';
    client
      .put(`/servers/${SEED.printf}`)
      .value(value)
      .exec()
      .catch(() => undefined); // etcd may be frozen just then
  }

  return {
    name: 'palm',
    troubles: (): readonly Trouble[] => [
      { id: 'etcd-frozen', label: 'etcd hangs', on: frozen },
      { id: 'registry-writes', label: 'the registry writes printf again and again', on: writing !== undefined },
    ],
    switchTrouble: async (id, on) => {
      if (id === 'etcd-frozen') {
        if (on) etcd.pause();
        else etcd.resume();
        frozen = on;
        return;
      }
      if (id !== 'registry-writes') throw new Error(`PALM has no trouble ${id}`);
      clearInterval(writing);
      writing = on ? setInterval(rewrite, REWRITE_EVERY_MS) : undefined;
      if (on) rewrite();
    },
    seed: async () => {
      for (const [id, value] of RECORDS) await client.put(`/servers/${id}`).value(value).exec();
    },
    close: async () => {
      clearInterval(writing);
      if (frozen) etcd.resume();
      client.close();
    },
  };
}
