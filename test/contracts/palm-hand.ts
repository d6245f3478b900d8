import { Etcd3 } from 'etcd3';

/** Does to etcd what PALM, or anybody, would do beside the bot. Ids are parts of keys, unescaped. */
export interface Hand {
  put(id: string, value: string | Buffer): Promise<void>;
  putElsewhere(key: string, value: string): Promise<void>;
  /** What a key outside `/servers/` holds. */
  readElsewhere(key: string): Promise<string | null>;
  drop(id: string): Promise<void>;
  read(id: string): Promise<Buffer | null>;
  /** Removes everything below `/servers` and `/palm-bot`, and the directory. */
  wipe(): Promise<void>;
  close(): void;
}

export function handOf(api: 'v2' | 'v3', url: string): Hand {
  return api === 'v3' ? handV3(url) : handV2(url);
}

function handV3(url: string): Hand {
  const client = new Etcd3({ hosts: url });
  return {
    put: async (id, value) => void (await client.put(`/servers/${id}`).value(value)),
    putElsewhere: async (key, value) => void (await client.put(key).value(value)),
    readElsewhere: (key) => client.get(key).string(),
    drop: async (id) => void (await client.delete().key(`/servers/${id}`)),
    read: (id) => client.get(`/servers/${id}`).buffer(),
    wipe: async () => {
      for (const prefix of ['/servers', '/palm-bot/']) await client.delete().prefix(prefix);
    },
    close: () => client.close(),
  };
}

function handV2(url: string): Hand {
  const ask = async (method: string, key: string, value?: string | Buffer) => {
    const path = key.split('/').map(encodeURIComponent).join('/');
    const body = value === undefined ? null : new URLSearchParams({ value: value.toString() });
    const answer = await fetch(`${url}/v2/keys${path}${method === 'DELETE' ? '?recursive=true' : ''}`, {
      method,
      body,
    });
    return (await answer.json()) as { node?: { value?: string } };
  };
  const read = async (key: string) => (await ask('GET', key)).node?.value ?? null;
  return {
    put: async (id, value) => void (await ask('PUT', `/servers/${id}`, value)),
    putElsewhere: async (key, value) => void (await ask('PUT', key, value)),
    readElsewhere: read,
    drop: async (id) => void (await ask('DELETE', `/servers/${id}`)),
    read: async (id) => {
      const value = await read(`/servers/${id}`);
      return value === null ? null : Buffer.from(value);
    },
    wipe: async () => {
      for (const key of ['/servers', '/servers-old']) await ask('DELETE', key);
    },
    close: () => {},
  };
}
