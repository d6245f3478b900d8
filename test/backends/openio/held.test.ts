import { BackendFailure } from '../../../src/backends/failure';
import { createOpenio } from '../../../src/backends/openio/create';
import type { Call, Openio } from '../../../src/backends/openio/openio';
import { captured } from '../../contracts/openio-match';
import { type Asked, type Said, type Scripted, scripted } from './scripted';

const SERVICE = '127.0.0.1:6020';
const CID = '697ecb056a5f9339b36c3b0a020b5ab17b4b0160fbebea203315ea1fc1b61605';

let proxy: Scripted;
let openio: Openio;

afterEach(async () => {
  await openio.close();
  await proxy.close();
});

async function against(answer: (asked: Asked) => Said): Promise<void> {
  proxy = await scripted(answer);
  openio = createOpenio({ proxyUrl: proxy.url, namespace: 'OPENIO', account: 'myaccount' });
}

function basesOn() {
  const call: Call = { request: 'R42', signal: new AbortController().signal };
  return openio.basesOn('OPENIO', SERVICE, call);
}

/** The proxy and the index are one server here: the directory names itself. */
function indexed(page: (asked: Asked) => Said, host = () => new URL(proxy.url).host) {
  return (asked: Asked): Said => {
    if (asked.path.startsWith('/v1/')) return page(asked);
    return { json: { dir: [], srv: [{ seq: 1, type: 'rdir', host: host(), args: '' }] } };
  };
}

function records(from: number, count: number) {
  return Array.from({ length: count }, (_, n) => ({
    container_id: `${CID.slice(0, 56)}${String(from + n).padStart(8, '0')}`,
    container_url: `OPENIO/myaccount/c${String(from + n).padStart(8, '0')}`,
    extra_data: null,
    mtime: 1,
  }));
}

async function failureOf(asked: Promise<unknown>): Promise<BackendFailure> {
  const error = await asked.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BackendFailure)) throw new Error(`not a failure: ${String(error)}`);
  return error;
}

test('the index of a service is found through the directory and read page by page', async () => {
  await against(
    indexed(({ body }) => {
      const { marker } = JSON.parse(body);
      const from = marker === undefined ? 0 : Number(marker.slice(-8)) + 1;
      return { json: { records: records(from, from === 0 ? 1_001 : 3), truncated: from === 0 } };
    }),
  );
  const found = await basesOn();
  if (found.kind !== 'listed') throw new Error(found.why);
  expect(found.whole).toBe(true);
  expect(found.bases).toHaveLength(1_004);
  expect(found.bases[0]).toEqual({
    cid: `${CID.slice(0, 56)}00000000`.toUpperCase(),
    url: 'OPENIO/myaccount/c00000000',
  });
  const [lookup, first, second] = proxy.asked;
  expect(lookup?.query.toString()).toBe(`acct=_RDIR&ref=${encodeURIComponent(SERVICE)}&type=rdir`);
  expect([first?.method, first?.path, first?.query.get('vol')]).toEqual(['POST', '/v1/rdir/meta2/fetch', SERVICE]);
  expect(JSON.parse(first?.body ?? '')).toEqual({ limit: 1_000 });
  expect(JSON.parse(second?.body ?? '')).toEqual({ limit: 1_000, marker: 'OPENIO/myaccount/c00001000' });
});

test('a service with more bases than anybody moves at once is not read to the end, and that is said', async () => {
  await against(
    indexed(({ body }) => {
      const { marker } = JSON.parse(body);
      const from = marker === undefined ? 0 : Number(marker.slice(-8)) + 1;
      return { json: { records: records(from, 1_000), truncated: true } };
    }),
  );
  const found = await basesOn();
  expect(found).toMatchObject({ kind: 'listed', whole: false });
  expect(found.kind === 'listed' && found.bases.length).toBe(10_000);
  expect(proxy.asked).toHaveLength(11);
});

describe('there is no index', () => {
  test('where the directory knows none, as in the recorded namespaces', async () => {
    const shown = captured('meta2-move_cli_2026.14.2').exchanges.find(({ request }) =>
      request.target.includes('_RDIR'),
    );
    if (!shown) throw new Error('not recorded');
    await against(() => ({ status: shown.response.status, text: shown.response.body }));
    expect(await basesOn()).toEqual({ kind: 'no index', why: `the directory knows no index (rdir) of ${SERVICE}` });
  });

  test('where none is linked', async () => {
    await against(() => ({ json: { dir: [], srv: [] } }));
    expect(await basesOn()).toEqual({ kind: 'no index', why: `no index (rdir) is linked to ${SERVICE}` });
  });

  test('where the index does not know the service', async () => {
    await against(indexed(() => ({ status: 400, json: { status: 420, message: 'DB not found' } })));
    expect(await basesOn()).toMatchObject({ kind: 'no index' });
  });

  test.each(['user@10.0.0.1:80', '10.0.0.1', '10.0.0.1:80/path', 'a:99999', ''])(
    'where its address is "%s"',
    async (host) => {
      await against(
        indexed(
          () => ({ json: { records: [], truncated: false } }),
          () => host,
        ),
      );
      expect(await basesOn()).toMatchObject({ kind: 'no index' });
      expect(proxy.asked).toHaveLength(1);
    },
  );
});

test.each<[string, Said, RegExp]>([
  ['says that there is more and sends nothing', { json: { records: [], truncated: true } }, /does not send it/],
  [
    'names a base by something that is no cid',
    { json: { records: [{ container_id: '../x', container_url: 'a' }], truncated: false } },
    /another shape than expected at records\.0\.container_id/,
  ],
  ['has a bug', { status: 500, json: { status: 500, message: 'oops' } }, /code 500: oops/],
])('an index that %s is a failure', async (_what, said, text) => {
  await against(indexed(() => said));
  expect((await failureOf(basesOn())).message).toMatch(text);
});

test('an index that sends the same page for ever is a failure', async () => {
  await against(indexed(() => ({ json: { records: records(0, 2), truncated: true } })));
  expect((await failureOf(basesOn())).message).toContain('does not send it');
});

test('a directory that does not answer is a failure, not a missing index', async () => {
  await against(() => ({ status: 503, json: { status: 503, message: 'No meta1 answered' } }));
  expect((await failureOf(basesOn())).message).toContain('(meta1) does not answer');
});
