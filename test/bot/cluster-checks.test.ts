import type { ClusterConfig } from '../../src/bot/config/cluster-config';
import { clusterChecks } from '../../src/bot/doctor/cluster-checks';
import { allExplain, examine, found } from '../support/lines';

const nothing = { production: false, openio: null, distkv: null, palm: null };
const here: ClusterConfig = {
  ...nothing,
  name: 'default',
  distkv: { servers: [{ host: 'kv1', port: 27_586 }], login: null },
  palm: { api: 'v3', hosts: ['http://etcd1:2379'], ssh: null },
};
const openio = { proxyUrl: 'http://oio:6000', otherProxyUrls: [], namespace: 'NS', account: 'a', movesAtOnce: 1 };
const looked = async (...clusters: ClusterConfig[]) => {
  const lines = await examine(clusterChecks(clusters));
  expect(allExplain(lines)).toBe(true);
  return found(lines);
};

test('with one cluster there is nothing to compare', async () => {
  expect(await looked(here)).toEqual({});
});

test('clusters with addresses of their own', async () => {
  expect(await looked(here, { ...nothing, name: 'prod-eu', openio })).toEqual({
    'Clusters: addresses': 'ok: no two clusters have the same',
  });
});

test('one address under two names is told, however it is written', async () => {
  const palm = { api: 'v2', hosts: ['http://etcd2:2379', 'http://etcd1:2379/'], ssh: null } as const;
  const distkv = { servers: [{ host: 'KV1', port: 27_586 }], login: null };
  expect(await looked(here, { ...nothing, name: 'prod-eu', palm }, { ...nothing, name: 'prod-us', distkv })).toEqual({
    'Clusters: addresses': 'warning: kv1:27586 is in default and prod-us; etcd1:2379 is in default and prod-eu',
  });
});
