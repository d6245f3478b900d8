import { createDistkvSandbox } from '../../../sandbox/distkv/sandbox';
import { createDistkv } from '../../../src/backends/distkv/distkv';
import { distkvChecks } from '../../../src/handlers/distkv/checkup';
import { allExplain, examine, found, troubles } from '../../support/lines';

function clientOf(servers: readonly string[], login: { user: string; password: string } | null = null) {
  const addresses = servers.map((server) => {
    const [host = '', port] = server.split(':');
    return { host, port: Number(port) };
  });
  return createDistkv({ servers: addresses, login });
}

test('each configured server says who it is, and none knows another', async () => {
  const sandbox = await createDistkvSandbox({ cycleMs: null });
  const lines = await examine(distkvChecks(clientOf(sandbox.servers)));
  await sandbox.close();
  expect(troubles(lines)).toEqual({});
  expect(found(lines)).toMatchObject({
    [`DistKV: ${sandbox.servers[0]}`]: 'ok: it answers as test1, version 0.57.4; it lets anybody in',
    'DistKV: servers that are not configured': 'ok: the servers know no others',
  });
});

test('a server of the network that is not configured is told by its name', async () => {
  const sandbox = await createDistkvSandbox({ cycleMs: null });
  const lines = await examine(distkvChecks(clientOf(sandbox.servers.slice(0, 2))));
  await sandbox.close();
  expect(troubles(lines)).toEqual({ 'DistKV: servers that are not configured': 'warning: they know test3 too' });
  expect(allExplain(lines)).toBe(true);
});

test('one server under two addresses is told', async () => {
  const sandbox = await createDistkvSandbox({ cycleMs: null, names: ['test1'], empty: true });
  const [one = ''] = sandbox.servers;
  const lines = await examine(distkvChecks(clientOf([one, one.replace('127.0.0.1', 'localhost')])));
  await sandbox.close();
  expect(troubles(lines)).toEqual({
    [`DistKV: ${one.replace('127.0.0.1', 'localhost')}`]: `warning: it is test1, which ${one} is too`,
  });
});

test('a server that is away is told, and the others still tell of the network', async () => {
  const sandbox = await createDistkvSandbox({ cycleMs: null });
  await sandbox.member('test3').stop();
  const lines = await examine(distkvChecks(clientOf(sandbox.servers)));
  await sandbox.close();
  expect(troubles(lines)).toEqual({
    [`DistKV: ${sandbox.servers[2]}`]: expect.stringContaining('connection refused'),
    // Nobody can tell any more that test3 is the one that is configured.
    'DistKV: servers that are not configured': 'warning: they know test3 too',
  });
});

test('a login that works, one that does not, and one that is missing; the password is never told', async () => {
  const rule = { method: 'password', users: { joe: 'hidden-word' } } as const;
  const sandbox = await createDistkvSandbox({ cycleMs: null, names: ['test1'], login: rule });
  const [one = ''] = sandbox.servers;
  const with_ = (login: { user: string; password: string } | null) => examine(distkvChecks(clientOf([one], login)));
  expect(found(await with_({ user: 'joe', password: 'hidden-word' }))[`DistKV: ${one}`]).toBe(
    'ok: it answers as test1, version 0.57.4; it demands a login by password, which works',
  );
  const wrong = await with_({ user: 'joe', password: 'other-word' });
  expect(troubles(wrong)[`DistKV: ${one}`]).toContain('Password hashes do not match');
  expect(JSON.stringify(wrong)).not.toContain('other-word');
  expect(troubles(await with_(null))[`DistKV: ${one}`]).toContain('set DISTKV_USER and DISTKV_PASSWORD');
  await sandbox.close();
});
