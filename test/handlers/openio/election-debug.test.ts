import { createOpenio } from '../../../src/backends/openio/create';
import { openioElectionDebug } from '../../../src/handlers/openio/election-debug';
import type { View } from '../../../src/handlers/view';
import { healthy, type Said, scripted } from '../../backends/openio/scripted';
import { captured } from '../../contracts/openio-match';
import { ask, nextOf, type Rig, rig, rowsOf, textOf, VERSIONS } from './support';

/** What the operation says about a recorded answer. */
async function debugged(bodies: Readonly<Record<string, unknown>>): Promise<View> {
  const answer = healthy(Object.keys(bodies), (asked): Said | null => {
    const id = asked.query.get('service_id');
    return id && asked.path.endsWith('debug') ? { json: { [id]: bodies[id] } } : null;
  });
  const proxy = await scripted(answer);
  const openio = createOpenio({ proxyUrl: proxy.url, namespace: 'OPENIO', account: 'myaccount' });
  try {
    return await ask(openioElectionDebug(openio), 'meta2 FVE0');
  } finally {
    await openio.close();
    await proxy.close();
  }
}

function recorded(capture: string): Readonly<Record<string, unknown>> {
  return JSON.parse(captured(capture).exchanges[0]?.response.body ?? '');
}

function pictureOf(view: View): string {
  return view.parts.flatMap((part) => (part.kind === 'picture' ? [part.svg] : [])).join('');
}

test('a healthy election: states, masters, peers, a picture, and the whole log as text', async () => {
  const view = await debugged(recorded('admin-debug_healthy_2026.14.2'));
  expect(view).toMatchObject({
    tone: 'good',
    title: 'Election of FVE0 of myaccount (meta2): 127.0.0.3:6025 is master',
  });
  expect(rowsOf(view)[0]).toEqual([
    '127.0.0.1:6020',
    'SLAVE',
    'follows a master',
    '127.0.0.3:6025',
    '127.0.0.3:6025, 127.0.0.2:6024',
    'CHECKING_MASTER --GETVERS_OK--> SLAVE; ASKING --MASTER_OK--> CHECKING_MASTER; LISTING --LIST_OK--> ASKING',
  ]);
  expect(pictureOf(view)).toMatch(/^<svg /);
  const log = view.parts.find((part) => part.kind === 'raw');
  expect(log).toMatchObject({ name: 'election-log.txt' });
  expect(textOf(view)).toContain('2026-11-20T15:04:56.300Z CHECKING_MASTER --GETVERS_OK--> SLAVE');
});

test('an election that cannot end shows where it is and who is silent', async () => {
  const view = await debugged(recorded('admin-debug_checking-slaves_2026.14.2'));
  expect(view.tone).toBe('bad');
  expect(textOf(view)).toContain('waits for versions from the slaves');
  expect(rowsOf(view).filter(([, , means]) => means === '7: connected but silent: its process hangs')).toHaveLength(2);
  expect(nextOf(view).Diagnose).toBe('openio election diagnose meta2 FVE0');
});

test('peers that disagree on who the peers are, and the one that takes no part, are pointed out', async () => {
  const bodies = { ...recorded('admin-debug_old-peer-kept_2026.14.2') };
  const kept = await debugged(bodies);
  expect(textOf(kept)).toContain('holds no election for this base');
  const bad = await debugged(recorded('admin-debug_master-bad_2026.14.2'));
  expect(bad.title).toBe('Election of FVE0 of myaccount (meta2): 127.0.0.1:6023 is master');
  const mixed = await debugged({
    a: peer('MASTER', null, ['b']),
    b: peer('SLAVE', 'a', ['c']),
  });
  expect(mixed.tone).toBe('bad');
  expect(textOf(mixed)).toContain('do not agree on who the peers are: a believes in a, b; b believes in b, c.');
});

test('peers that disagree on the master are pointed out', async () => {
  const view = await debugged({ a: peer('MASTER', null, ['b']), b: peer('SLAVE', 'x', ['a']) });
  expect(view).toMatchObject({ tone: 'bad' });
  expect(textOf(view)).toContain('The peers do not agree on the master: a and x.');
});

test('a body of another shape and an unknown state do not hide the others', async () => {
  const view = await debugged({
    a: peer('DREAMING', null, null),
    b: { status: { status: 200, message: 'OK' }, body: { x: 1 } },
  });
  expect(textOf(view)).toContain('a state that is not known to this bot');
  expect(textOf(view)).toContain('b answers in a shape that this bot does not know.');
});

function peer(state: string, master: string | null, peers: readonly string[] | null) {
  const body = { local: { id: 1, state }, master: { url: master }, peers, log: ['5:NONE:NONE:PEERING', 'odd line'] };
  return { status: { status: 200, message: 'OK' }, body };
}

describe.each(VERSIONS)('on %s', (version) => {
  let world: Rig;
  beforeEach(async () => {
    world = await rig(version);
  });
  afterEach(() => world.close());

  test('debug starts nothing', async () => {
    for (const base of world.sandbox.world.bases.values()) base.members.clear();
    const view = await ask(openioElectionDebug(world.openio), 'meta2 FVE0');
    expect(view.title).toContain('no peer remembers one');
    for (const base of world.sandbox.world.bases.values()) expect(base.members.size).toBe(0);
  });
});
