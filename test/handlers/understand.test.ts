import { createCatalogue } from '../../src/handlers/catalogue';
import { createClusters, lockKey, onCluster, selectCluster } from '../../src/handlers/clusters';
import { defineQuery, type Words } from '../../src/handlers/operation';
import { type Said, understand } from '../../src/handlers/understand';
import { plain } from '../../src/handlers/view';

const query = (name: string) =>
  defineQuery<Words, null>({
    name,
    usage: '',
    summary: '',
    examples: [],
    parse: (words) => (words.includes('wrong') ? { ok: false, problem: 'that is wrong' } : { ok: true, args: words }),
    read: async () => null,
    render: () => ({ title: name, tone: 'good', parts: [] }),
  });
const cluster = (name: string, ...operations: string[]) => ({
  name,
  production: name.startsWith('prod'),
  catalogue: createCatalogue([...operations, 'ops locks'].map(query)),
});
const clusters = createClusters(
  [
    cluster('default', 'palm servers'),
    cluster('prod-eu', 'palm servers', 'distkv state'),
    cluster('prod-us', 'distkv state'),
  ],
  new Map([['CEU', 'prod-eu']]),
);

/** `prod-eu: palm servers a b`, or what is said instead. */
function heard(text: string, more: Partial<Said> = {}): string {
  const understood = understand(clusters, { channel: 'C1', words: text.split(' '), ...more });
  if (understood.kind === 'operation')
    return [`${understood.cluster.name}: ${understood.operation.name}`, ...understood.words].join(' ');
  const texts = understood.view.parts.flatMap((part) => (part.kind === 'text' ? [plain(part.text)] : []));
  return texts.join(' ');
}

test.each([
  ['palm servers a', 'default: palm servers a'],
  ['palm servers a --on prod-eu b', 'prod-eu: palm servers a b'],
  ['palm --on prod-eu servers a', 'prod-eu: palm servers a'],
  ['palm servers --on=prod-eu', 'prod-eu: palm servers'],
  ['palm servers --on', '--on needs the name of a cluster'],
  ['palm servers --on --x', '--on needs the name of a cluster'],
  ['palm servers --on prod-eu --on default', '--on stands twice'],
  ['palm servers --on nowhere', 'There is no cluster nowhere. There are default, prod-eu and prod-us.'],
  ['distkv state', '/distkv is not configured on default, but on prod-eu and prod-us: add --on prod-eu.'],
  ['openio election', '/openio is not configured here.'],
  ['ops locks --on prod-eu', 'default: ops locks --on prod-eu'],
  ['palm servers wrong --on prod-eu', 'That is wrong.'],
])('/%s is understood as: %s', (text, expected) => {
  expect(heard(text)).toContain(expected);
});

test('a channel has its cluster, a request its own before that, and --on counts most', () => {
  expect(heard('palm servers', { channel: 'CEU' })).toBe('prod-eu: palm servers');
  expect(heard('palm servers', { channel: 'CEU', cluster: 'default' })).toBe('default: palm servers');
  expect(heard('palm servers --on default', { channel: 'CEU' })).toBe('default: palm servers');
  expect(heard('ops locks', { channel: 'CEU' })).toBe('default: ops locks');
});

test('a command that is shown for a cluster selects it, once', () => {
  expect(onCluster('palm show e5cd', 'prod-eu')).toBe('palm show e5cd --on prod-eu');
  expect(onCluster('palm show e5cd --on prod-us', 'prod-eu')).toBe('palm show e5cd --on prod-us');
  expect(onCluster('ops locks', 'prod-eu')).toBe('ops locks');
  expect(selectCluster(onCluster('palm show e5cd', 'prod-eu').split(' '))).toMatchObject({
    args: { cluster: 'prod-eu' },
  });
});

test('a named cluster has locks of its own, and none that could be another one’s', () => {
  expect(lockKey('default', 'palm/servers/x')).toBe('palm/servers/x');
  expect(lockKey('palm', 'palm/servers/x')).toBe('palm:palm/servers/x');
});
