import { createOpenio } from '../../../src/backends/openio/create';
import { openioChecks } from '../../../src/handlers/openio/checkup';
import { allExplain, examine, found, troubles } from '../../support/lines';
import { type Rig, rig, VERSIONS } from './support';

describe.each(VERSIONS)('OpenIO %s', (version) => {
  let there: Rig;
  beforeEach(async () => {
    there = await rig(version);
  });
  afterEach(() => there.close());

  test('is told by what it does, and by what a meta2 calls its version', async () => {
    const lines = await examine(openioChecks(there.openio));
    expect(troubles(lines)).toEqual({});
    const [proxy = ''] = there.openio.proxies;
    const generation = version === '4.2.10' ? 'in a row, as before 4.4' : 'for one peer alone, as since 4.4';
    const called = version === '4.2.10' ? 'master/4.2' : 'master/7.2';
    expect(found(lines)[`OpenIO: proxy ${proxy}`]).toContain(generation);
    expect(found(lines)[`OpenIO: proxy ${proxy}`]).toContain(`meta2 calls its version ${called}`);
  });

  test('a meta2 that is stopped is told by its address', async () => {
    const address = [...there.sandbox.world.services.values()].find(({ type }) => type === 'meta2')?.address ?? '';
    await there.sandbox.switchTrouble(`dead-${address}`, true);
    const lines = await examine(openioChecks(there.openio));
    expect(troubles(lines)).toEqual({ 'OpenIO: meta2 services': `warning: not up: ${address}` });
    expect(allExplain(lines)).toBe(true);
  });

  test('a proxy that is away, and one of another namespace', async () => {
    const settings = { proxyUrl: there.sandbox.url, otherProxyUrls: ['http://127.0.0.1:1'] };
    const openio = createOpenio({ ...settings, namespace: 'OTHER', account: 'a' });
    const lines = await examine(openioChecks(openio));
    await openio.close();
    expect(troubles(lines)).toEqual({
      [`OpenIO: proxy ${new URL(there.sandbox.url).host}`]: expect.stringContaining('does not serve this namespace'),
      'OpenIO: proxy 127.0.0.1:1': expect.stringContaining('cannot be reached'),
    });
    expect(allExplain(lines)).toBe(true);
  });
});
