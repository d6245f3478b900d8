import { setTimeout as wait } from 'node:timers/promises';
import type { Etcd3 } from 'etcd3';
import { MARK } from './watch';

/** Who else writes to PALM's records: servers that register, and the registry. */
export interface Registry {
  /** A new version of this server's record. */
  register(uuid: string): Promise<Wrote>;
  /** The same bytes again. Null when there is no record. */
  rewrite(uuid: string): Promise<Wrote | null>;
  remove(uuid: string): Promise<Wrote | null>;
}

export interface Wrote {
  readonly revision: number;
  /** Null: the record is gone. */
  readonly version: number | null;
}

const AGAIN_MS = 50;

export function createRegistry(client: Etcd3): Registry {
  let newest = 0;
  const written = new Map<string, { readonly version: number; readonly bytes: string }>();

  /** etcd may be in trouble just now; what was written once more than meant is the same record again. */
  async function write(uuid: string, bytes: string | null): Promise<number> {
    const key = Buffer.from(`/servers/${uuid}`);
    const act =
      bytes === null ? { request_delete_range: { key } } : { request_put: { key, value: Buffer.from(bytes) } };
    for (let tries = 1; ; tries++) {
      try {
        const mark = { request_put: { key: Buffer.from(MARK), value: Buffer.from(uuid) } };
        const { header } = await client.kv.txn({ success: [act, mark] });
        return Number(header.revision);
      } catch (error) {
        if (tries > 200) throw error;
        await wait(AGAIN_MS);
      }
    }
  }

  return {
    register: async (uuid) => {
      const version = ++newest;
      const bytes = recordOf(uuid, version);
      written.set(uuid, { version, bytes });
      return { revision: await write(uuid, bytes), version };
    },
    rewrite: async (uuid) => {
      const last = written.get(uuid);
      return last ? { revision: await write(uuid, last.bytes), version: last.version } : null;
    },
    remove: async (uuid) => ({ revision: await write(uuid, null), version: null }),
  };
}

function recordOf(uuid: string, version: number): string {
  return JSON.stringify({
    ...{ host: '10.0.0.11', pid: 7_001, when: '2016-02-16T11:40:11.120001', leader: uuid, server: `srv-v${version}` },
    ...{ ports: [5_559], kind: 'butterfly', functions: ['simulate', '_ping'], uuid, configured: true },
  });
}
