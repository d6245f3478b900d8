import { once } from 'node:events';
import { connect } from 'node:net';
import { encodeReply } from '../../sandbox/distkv/codec';
import { createDistkvSandbox } from '../../sandbox/distkv/sandbox';
import { createDistkv, type Distkv } from '../../src/backends/distkv/distkv';
import type { Section } from '../../src/backends/distkv/state';
import { ticksFromWire } from '../../src/backends/distkv/ticks';
import { encodeMessage, type Message, messagesOf, nameOf } from '../../src/backends/distkv/wire';
import { BackendFailure } from '../../src/backends/failure';
import { stateYaml } from '../../src/handlers/distkv/show';
import { CAPTURES, type Capture, capture, type Frame, sentByClient, sentByServer } from './distkv-captures';
import { type ScriptedServer, scriptedServer } from './distkv-scripted';

const signal = () => AbortSignal.timeout(10_000);

async function decode(hex: string): Promise<unknown[]> {
  const messages: unknown[] = [];
  async function* bytes() {
    yield Buffer.from(hex, 'hex');
  }
  for await (const message of messagesOf(bytes())) messages.push(message);
  return messages;
}

/** What we decode, written the way the captures write it. */
function recorded(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint8Array) return { $bin: Buffer.from(value).toString('hex') };
  if (Array.isArray(value)) return value.map(recorded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const { name, text } = nameOf(key);
      return [text ? name : `$key:${name}`, recorded(inner)];
    }),
  );
}

/** The captures write paths with their bytes; we keep only the elements. */
function withoutPathBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPathBytes);
  if (typeof value !== 'object' || value === null) return value;
  if ('$ext' in value && 'path' in value) return { path: value.path };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutPathBytes(inner)]));
}

function mapOf(frame: Frame | undefined): Record<string, unknown> {
  if (!frame || !isMap(frame.decoded)) throw new Error('no such frame');
  return frame.decoded as Record<string, unknown>;
}

function hexOf({ hex }: Frame): string {
  if (hex === undefined) throw new Error('a frame without bytes');
  return hex;
}

describe('every recorded frame', () => {
  const served = CAPTURES.flatMap((one) => sentByServer(one).map((frame) => [one.file, frame] as const));
  const sent = CAPTURES.flatMap((one) => sentByClient(one).map((frame) => [one.file, frame] as const));

  it('are there, all 37 captures', () => {
    expect(CAPTURES).toHaveLength(37);
    expect(served.length).toBeGreaterThan(150);
  });

  it('from a server is decoded to what was recorded', async () => {
    for (const [file, frame] of served) {
      expect([file, (await decode(hexOf(frame))).map(recorded)]).toEqual([file, [withoutPathBytes(frame.decoded)]]);
    }
  });

  it('from a client is encoded to the same bytes again', async () => {
    let compared = 0;
    for (const [file, frame] of sent) {
      // Paths, and keys that are no text, are only ever read by us.
      if (/"\$(ext|key)|\$key:/.test(JSON.stringify(frame.decoded)) || !isMap(frame.decoded) || hexOf(frame) === 'c1c1')
        continue;
      const [message] = await decode(hexOf(frame));
      const again = Buffer.from(encodeMessage(message as Message)).toString('hex');
      expect([file, again]).toEqual([file, hexOf(frame)]);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(100);
  });
});

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The recorded bytes of an answer, with the number of our question in place of the recorded one. */
function renumbered(frame: Frame, seq: unknown): Buffer {
  const hex = hexOf(frame);
  const decoded = mapOf(frame);
  if (!('seq' in decoded)) return Buffer.from(hex, 'hex');
  const was = Buffer.from(encodeMessage({ seq: decoded.seq }))
    .toString('hex')
    .slice(2);
  const is = Buffer.from(encodeMessage({ seq })).toString('hex').slice(2);
  if (hex.split(was).length !== 2) throw new Error('the number is not found once in this frame');
  return Buffer.from(hex.replace(was, is), 'hex');
}

/** Plays the server's side of a capture: its greeting, and for each action the answers recorded for that action. */
async function replay(one: Capture, extra: (message: Message) => Message | null = () => null): Promise<ScriptedServer> {
  const [greeting, ...rest] = sentByServer(one);
  if (!greeting) throw new Error('no greeting');
  const asked = sentByClient(one).map((frame) => mapOf(frame));
  const used = new Set<Frame>();
  return scriptedServer({
    greet: (socket) => void socket.write(Buffer.from(hexOf(greeting), 'hex')),
    answer: (message, socket) => {
      const invented = extra(message);
      if (invented) return void socket.write(encodeReply({ ...invented, seq: message.seq }));
      const question = asked.find(
        ({ action, seq }) => action === message.action && rest.some((frame) => !used.has(frame) && answers(frame, seq)),
      );
      const replies = rest.filter((frame) => !used.has(frame) && answers(frame, question?.seq));
      for (const frame of replies) {
        used.add(frame);
        socket.write(renumbered(frame, message.seq));
      }
      if (!question || replies.length === 0) socket.end();
    },
  });
}

function answers(frame: Frame, seq: unknown): boolean {
  return seq !== undefined && mapOf(frame).seq === seq;
}

async function playing<T>(
  server: ScriptedServer,
  use: (distkv: Distkv, server: string) => Promise<T>,
  credentials?: { user: string; password: string },
): Promise<T> {
  const distkv = createDistkv({ servers: [server.address], login: credentials ?? null });
  try {
    return await use(distkv, distkv.servers[0]);
  } finally {
    await server.close();
  }
}

const SUMMARY: readonly Section[] = ['nodes', 'deleted', 'missing', 'remote_missing', 'superseded'];

describe('a recorded state', () => {
  it.each<[string, readonly Section[]]>([
    ['get_state_healthy', SUMMARY],
    ['get_state_missing', SUMMARY],
    ['get_state_missing_stuck_start', SUMMARY],
    ['moatkv_get_state', SUMMARY],
    ['auth_root_ok', ['missing']],
  ])('%s is shown to the letter as the real command line showed it', async (name, sections) => {
    const one = capture(name);
    const state = await playing(await replay(one), (distkv, server) => distkv.state(server, sections, signal()));
    expect(stateYaml(state)).toBe(one.stdout?.replace(/^seq: \d+$/m, `seq: ${state.seq}`));
    expect(state.oddities).toEqual([]);
  });

  it('full of nonsense is read all the same, and the nonsense is reported', async () => {
    const one = capture('mark_bad_ranges');
    const last = sentByServer(one).at(-1);
    const reply = mapOf(last) as { known: Record<string, unknown> };
    const server = await scriptedServer({
      greet: (socket) => void socket.write(Buffer.from(hexOf(sentByServer(one)[0] ?? {}), 'hex')),
      answer: (message, socket) => void socket.write(renumbered(last ?? {}, message.seq)),
    });
    const state = await playing(server, (distkv, name) => distkv.state(name, ['nodes', 'superseded'], signal()));
    expect(state.ticks.superseded.get('test2')).toEqual(ticksFromWire(reply.known.test2).ticks);
    expect(state.ticks.superseded.get('bad7')).toEqual([[2n, 9n]]);
    expect(state.nodes.get('bad12')).toBeNull();
    expect(state.oddities).toEqual(
      expect.arrayContaining([
        'superseded: bad1 holds [10,3], which is no tick',
        'superseded: bad4 holds 1.5, which is no tick',
        'superseded: bad5 holds [-1,1], which is no tick',
        'superseded: bad11 holds true, which is no tick',
        'nodes: the node name 5 is no text',
        'superseded: the node name 5 is no text',
      ]),
    );
  });
});

describe('a recorded mark', () => {
  const cases: readonly [string, { node: string; ticks: string; deleted: boolean; broadcast: boolean }][] = [
    ['mark_superseded_local', { node: 'test2', ticks: '9102', deleted: false, broadcast: false }],
    ['mark_superseded_broadcast', { node: 'test2', ticks: '9102', deleted: false, broadcast: true }],
    ['mark_deleted_local', { node: 'test2', ticks: '9103', deleted: true, broadcast: false }],
    ['mark_range_one_command', { node: 'test2', ticks: '', deleted: false, broadcast: false }],
    ['mark_broadcast_200_ticks', { node: 'test2', ticks: '', deleted: false, broadcast: true }],
  ];

  it.each(cases)(
    '%s is sent by us with the same bytes and understood from the same answer',
    async (name, { deleted, broadcast }) => {
      const one = capture(name);
      const key = deleted ? 'deleted' : 'superseded';
      const theirs = sentByClient(one).filter((frame) => String(mapOf(frame).action).startsWith('fake_info'));
      const wanted = mapOf(theirs[0])[key] as Record<string, unknown>;
      const [node = '', wire] = Object.entries(wanted)[0] ?? [];
      const mark = { node, ticks: ticksFromWire(wire).ticks, deleted };
      const server = await replay(one, (message) =>
        message.action === 'get_state' && message.missing === true ? { missing: wanted, node: 'test1', tock: 1 } : null,
      );
      await playing(server, async (distkv, address) => {
        expect((await distkv.mark(address, mark, signal())).kind).toBe('marked');
        if (broadcast) expect(await distkv.broadcast(address, mark, signal())).toBeGreaterThan(1n);
      });
      const ours = server.received.filter(({ action }) => action !== 'get_state');
      expect(ours.map(({ action }) => action)).toEqual(broadcast ? ['fake_info', 'fake_info_send'] : ['fake_info']);
      for (const [i, message] of ours.entries()) {
        // Apart from `node: "?"`, which the server overwrites, it is the same message; its ticks are the same bytes.
        const { seq: _ours, ...sent } = message;
        const { seq: _theirs, node: _ignored, ...recordedOne } = mapOf(theirs[i]);
        expect(recorded(sent)).toEqual(recordedOne);
        const ticks = Buffer.from(encodeMessage({ [key]: message[key] }))
          .toString('hex')
          .slice(2);
        expect(hexOf(theirs[i] ?? {})).toContain(ticks);
      }
    },
  );

  it('whose broadcast fails says so, and that it was not done', async () => {
    const server = await replay(capture('broadcast_broker_just_died'));
    const mark = { node: 'ghost', ticks: [[1n, 2n]] as const, deleted: false };
    const failure = await playing(server, (distkv, address) =>
      distkv.broadcast(address, mark, signal()).catch((error: unknown) => error),
    );
    expect(failure).toBeInstanceOf(BackendFailure);
    expect(failure).toMatchObject({
      kind: 'rejected',
      effect: 'none',
      message: expect.stringContaining('Will not reconnect'),
    });
  });
});

describe('a recorded record', () => {
  it.each([
    ['test2', 1n, [{ tick: 1n, path: 'one.two', value: 'hello', current: true }]],
    ['test2', 77n, []],
  ])('of %s, tick %d', async (node, tick, expected) => {
    const one = capture('admin_actions');
    const values = sentByServer(one).filter((frame) => [4, 5].includes(Number(mapOf(frame).seq)));
    const server = await scriptedServer({
      greet: (socket) => void socket.write(Buffer.from(hexOf(sentByServer(one)[0] ?? {}), 'hex')),
      answer: (message, socket) => void socket.write(renumbered(values[message.tick === 1 ? 0 : 1] ?? {}, message.seq)),
    });
    const records = await playing(server, (distkv, address) =>
      distkv.records(address, { node, ticks: [tick] }, signal()),
    );
    expect(records).toEqual(expected);
  });
});

describe('a recorded refusal', () => {
  it.each([
    ['err_unknown_action', "'SCmd_"],
    ['err_no_action', 'action'],
    ['err_bad_msgpack', 'an error without text'],
    ['auth_required_raw', 'an error without text'],
    ['moatkv_errors', 'Exceptions from Trio nursery'],
  ])('%s: an error without a number fails the question with its text', async (name, text) => {
    const one = capture(name);
    const error = sentByServer(one).find((frame) => !('seq' in (frame.decoded as object)));
    const [greeting] = sentByServer(one);
    const open = hexOf(greeting ?? {});
    const server = await scriptedServer({
      // Without the demand for a login, since this is about what comes after it.
      greet: (socket) =>
        void socket.write(
          name.startsWith('auth') ? encodeReply({ seq: 0, node: 'test1', tock: 1 }) : Buffer.from(open, 'hex'),
        ),
      answer: (_message, socket) => void socket.end(Buffer.from(hexOf(error ?? {}), 'hex')),
    });
    const failure = await playing(server, (distkv, address) =>
      distkv.state(address, ['missing'], signal()).catch((reason: unknown) => reason),
    );
    expect(failure).toMatchObject({ kind: 'rejected', effect: 'none', message: expect.stringContaining(text) });
  });

  it.each([
    ['auth_password_bad', 'Password hashes do not match'],
    ['auth_password_nouser', 'password.user.nobody'],
  ])('%s: a failed login is told with the reason of the server', async (name, text) => {
    const credentials = { user: 'joe', password: 'secret123' };
    const server = await replay(capture(name));
    const failure = await playing(
      server,
      (distkv, address) => distkv.state(address, ['missing'], signal()).catch((reason: unknown) => reason),
      credentials,
    );
    expect(failure).toMatchObject({ kind: 'rejected', effect: 'none', message: expect.stringContaining(text) });
    expect(server.received.map(({ action }) => action)).toEqual(['diffie_hellman', 'auth']);
  });
});

describe('the stand-in', () => {
  it.each([
    'fake_info_ticks_makes_missing',
    'mark_bad_ranges',
    'err_unknown_action',
    'err_no_action',
    'err_no_seq',
    'err_not_a_map',
    'v0650_errors',
    'auth_when_not_required',
  ])('answers the questions of %s as the real server did, but for its tock', async (name) => {
    const one = capture(name);
    const version = name.startsWith('v0650') ? '0.65.0' : '0.57.4';
    const [greeting, ...expected] = sentByServer(one);
    const own = String(mapOf(greeting).node);
    const sandbox = await createDistkvSandbox({ cycleMs: null, names: [own], empty: true, version });
    try {
      const port = Number(sandbox.servers[0]?.split(':')[1]);
      const socket = connect({ host: '127.0.0.1', port });
      await once(socket, 'connect');
      for (const frame of sentByClient(one)) socket.write(Buffer.from(hexOf(frame), 'hex'));
      const got: unknown[] = [];
      for await (const message of messagesOf(socket)) {
        got.push(comparable(recorded(message)));
        if (got.length > expected.length) break;
      }
      expect(got.slice(1)).toEqual(expected.map((frame) => comparable(frame.decoded)));
    } finally {
      await sandbox.close();
    }
  });
});

/** Without counters, and without what other servers of the recorded network had left behind. */
function comparable(value: unknown): unknown {
  const { tock: _tock, nodes, known, node_drop: _drop, ...rest } = value as Record<string, unknown>;
  return { ...rest, ...(nodes ? { nodes: ghosts(nodes) } : {}), ...(known ? { known: ghosts(known) } : {}) };
}

function ghosts(map: unknown): unknown {
  const kept = Object.entries(map as object).filter(([name]) => !/^(test\d|nosuch)$/.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name.replace('$key:', ''), value]));
}
