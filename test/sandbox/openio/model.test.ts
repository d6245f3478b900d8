import { electAll, finalState } from '../../../sandbox/openio/admin';
import { cidOf, createContainer, zooKeeperKey } from '../../../sandbox/openio/bases';
import { leave, settle } from '../../../sandbox/openio/election';
import { type Base, createWorld, delay, type Version, type World } from '../../../sandbox/openio/state';
import { freeze, loseRows, resume } from '../../../sandbox/openio/troubles';

const HOSTS = ['127.0.0.1:6020', '127.0.0.2:6024', '127.0.0.3:6025'] as const;
const [A, B, C] = HOSTS;

async function elected(version: Version = '2026.14.2'): Promise<{ world: World; base: Base }> {
  const world = createWorld({ version, namespace: 'OPENIO', scale: 0.003, random: Math.random });
  const base = createContainer(world, { account: 'myaccount', name: 'FVE0', hosts: HOSTS, properties: { a: '1' } });
  await electAll(world, base);
  return { world, base };
}

function states(base: Base): Readonly<Record<string, string>> {
  return Object.fromEntries([...base.members].map(([address, { state }]) => [address, state]));
}

function masterOf(base: Base): string {
  return [...base.members.values()].find(({ state }) => state === 'MASTER')?.address ?? 'none';
}

/** Looks again until it is so; a second is far more than anything here takes. */
async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 1_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error('never came true');
    await delay(1);
  }
}

/** Nobody is on the way out any more. */
function left(world: World, base: Base): Promise<void> {
  return until(() => {
    settle(world, base);
    return [...base.members.values()].every(({ state }) => state !== 'LEAVING');
  });
}

test('names are computed as the real servers do', async () => {
  const { base } = await elected();
  expect(base.name).toBe('697ECB056A5F9339B36C3B0A020B5AB17B4B0160FBEBEA203315EA1FC1B61605.1');
  expect(zooKeeperKey(base)).toBe('D9EAF7894DB54D52FDA5A0CCC26FF3E3EE2731FEDD9944B06298A22C6BE5FCD5');
  expect(cidOf('myaccount', 'safe1')).toMatch(/^E951D13A/);
});

test('the first that is asked becomes master, the others follow it', async () => {
  const { base } = await elected();
  expect(states(base)).toEqual({ [A]: 'MASTER', [B]: 'SLAVE', [C]: 'SLAVE' });
  expect([...base.members.values()].map(({ master }) => master)).toEqual([null, A, A]);
});

test('a master that leaves is followed by a slave, and comes back as a slave', async () => {
  const { world, base } = await elected();
  leave(world, base, A);
  await left(world, base);
  await electAll(world, base);
  expect(states(base)).toEqual({ [A]: 'SLAVE', [B]: 'MASTER', [C]: 'SLAVE' });
});

test('a dead master is replaced at once, a frozen one after the session timeout', async () => {
  const { world, base } = await elected();
  const service = world.services.get(A);
  if (service) service.dead = true;
  settle(world, base);
  expect(masterOf(base)).toBe(B);
  freeze(world, B);
  settle(world, base);
  expect(base.nodes.has(B)).toBe(true);
  await until(() => {
    settle(world, base);
    return !base.nodes.has(B);
  });
  resume(world, B);
  expect(base.members.get(B)?.log.at(-1)).toMatch(/:DISCONNECTED:NONE$/);
});

test('with two of three frozen no election ends, and it ends by itself once they are resumed', async () => {
  const { world, base } = await elected();
  for (const host of HOSTS) leave(world, base, host);
  await left(world, base);
  freeze(world, B);
  freeze(world, C);
  expect(await finalState(world, base, A)).toBeNull();
  expect(base.members.get(A)?.log.join()).toMatch(/GETVERS_KO:DELAYED_CHECKING_SLAVES/);
  resume(world, B);
  resume(world, C);
  await electAll(world, base);
  expect(masterOf(base)).not.toBe('none');
});

test('a frozen ZooKeeper keeps roles, and makes every new election fail', async () => {
  const { world, base } = await elected();
  world.zooKeeperFrozen = true;
  expect((await finalState(world, base, A))?.state).toBe('MASTER');
  leave(world, base, A);
  expect(await finalState(world, base, A)).toBeNull();
  expect(base.members.get(A)?.log.join()).toMatch(/LEAVE_KO|CREATE_KO/);
  world.zooKeeperFrozen = false;
  for (const host of [B, C]) leave(world, base, host);
  await electAll(world, base);
  expect(masterOf(base)).not.toBe('none');
});

test('a slave with older tables copies the master, one with other rows and equal versions does not', async () => {
  const { world, base } = await elected();
  const copy = base.holdings.get(B)?.copy;
  if (!copy) throw new Error('no copy');
  loseRows(copy, false);
  leave(world, base, B);
  await left(world, base);
  await electAll(world, base);
  expect(base.holdings.get(B)?.copy.system.has('sys.m2.init')).toBe(false);
  copy.versions.set('admin', 1);
  leave(world, base, B);
  await left(world, base);
  await electAll(world, base);
  expect(base.holdings.get(B)?.copy.system.has('sys.m2.init')).toBe(true);
  expect(base.members.get(B)?.log.join()).toMatch(/GETVERS_OLD:SYNCING.*SYNC_OK:SLAVE/);
});

test('a candidate whose slaves are newer steps back', async () => {
  const { world, base } = await elected();
  for (const host of HOSTS) leave(world, base, host);
  await left(world, base);
  base.holdings.get(B)?.copy.versions.set('admin', 9);
  const first = await finalState(world, base, A);
  await electAll(world, base);
  expect(base.members.get(A)?.log.join()).toMatch(/CHECKING_SLAVES:GETVERS_OLD:LEAVING/);
  expect(first?.state).toBe('SLAVE');
});
