/** The server records of the pretend cluster: a living one, a leader with a worker, one that died, an orphan. */
export const SEED = {
  printf: 'e5cd88f7-0f5c-4278-bcc9-fa8caefadbb4',
  leader: '9b1e4c2a-6a55-4d0b-9f0e-2f3f6f1f7a10',
  worker: 'c77a1de0-1c34-4b8e-8e0d-5b9f2f0f3c21',
  dead: '3f0d9a55-7f0e-4f3b-a4ad-0d2cb0d1b7e2',
  orphan: '5a2b7c9e-9d41-4c6f-b1de-7c0f3a8e6d43',
  unreadable: '7d11aa90-52c3-4e2f-8b52-90aa2f3b9c54',
} as const;

const BUILT_IN = ['_ping', '_log_query', 'get', 'set', 'append', 'delete'];

interface Fields {
  readonly uuid: string;
  readonly server: string;
  readonly host: string;
  readonly pid: number;
  readonly when: string;
  readonly leader: string;
  readonly kind: string;
  readonly ports: readonly number[];
  readonly functions: readonly string[];
  readonly configured: boolean;
}

/** In the field order and with the spaces that PALM's Python writes. */
function record(fields: Fields): string {
  const { host, pid, when, leader, server, ports, kind, functions, uuid, configured } = fields;
  const ordered = {
    host,
    pid,
    when,
    leader,
    server,
    ports,
    kind,
    functions: [...functions, ...BUILT_IN],
    uuid,
    configured,
  };
  const pairs = Object.entries(ordered).map(([key, value]) => `${JSON.stringify(key)}: ${pythonJson(value)}`);
  return `{${pairs.join(', ')}}`;
}

function pythonJson(value: unknown): string {
  return Array.isArray(value) ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]` : JSON.stringify(value);
}

function lone(
  uuid: string,
  more: Pick<Fields, 'server' | 'host' | 'pid' | 'when' | 'ports' | 'functions'> & Partial<Fields>,
): Fields {
  return { kind: 'registered', configured: true, leader: uuid, ...more, uuid };
}

/** Key's last segment and value. */
export const RECORDS: readonly (readonly [id: string, value: string])[] = [
  lone(SEED.printf, {
    server: 'printf',
    host: '127.0.0.1',
    pid: 4749,
    when: '2016-02-16T11:28:59.088608',
    ports: [5555],
    functions: ['printf'],
  }),
  lone(SEED.leader, {
    server: 'montecarlo',
    host: '127.0.0.1',
    pid: 6001,
    when: '2016-02-16T11:40:10.000412',
    ports: [5556, 5557, 5558],
    functions: ['simulate', 'calibrate'],
    kind: 'butterfly',
  }),
  lone(SEED.worker, {
    server: 'montecarlo',
    host: '10.0.0.11',
    pid: 7001,
    when: '2016-02-16T11:40:11.120001',
    ports: [5559],
    functions: ['simulate', 'calibrate'],
    kind: 'butterfly',
    leader: SEED.leader,
  }),
  lone(SEED.dead, {
    server: 'pricer',
    host: '10.0.0.12',
    pid: 5120,
    when: '2016-02-16T11:31:02',
    ports: [],
    functions: ['price'],
    configured: false,
  }),
  lone(SEED.orphan, {
    server: 'montecarlo',
    host: '10.0.0.13',
    pid: 7002,
    when: '2016-02-16T11:40:11.310077',
    ports: [5560],
    functions: ['simulate', 'calibrate'],
    kind: 'butterfly',
    leader: '00000000-1111-4222-8333-444444444444',
  }),
]
  .map((fields) => [fields.uuid, record(fields)] as const)
  .concat([[SEED.unreadable, '{"host": "10.0.0.14", "pid": NaN, "server": "half']]);
