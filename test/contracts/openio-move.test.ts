import { createOpenio } from '../../src/backends/openio/create';
import type { Base, Call, Container, Openio } from '../../src/backends/openio/openio';
import { type Asked, type Said, type Scripted, scripted } from '../backends/openio/scripted';
import { captured, type Exchange } from './openio-match';

const CALL: Call = { request: 'R42', signal: new AbortController().signal };
/** The client never does these; the recordings made them to set the scene, or to see them refused. */
const NOT_OURS = ['container/create', 'content/prepare', 'lb/poll'];

let proxy: Scripted;
let openio: Openio;

afterEach(async () => {
  await openio.close();
  await proxy.close();
});

interface Recorded {
  readonly exchange: Exchange;
  readonly url: URL;
  /** `admin/copy`. */
  readonly what: string;
  readonly body: Readonly<Record<string, unknown>>;
}

function recordedIn(name: string): readonly Recorded[] {
  return captured(name).exchanges.map((exchange) => {
    const url = new URL(exchange.request.target, 'http://proxy');
    const body = exchange.request.body === '' ? {} : JSON.parse(exchange.request.body);
    return { exchange, url, what: url.pathname.split('/').slice(3).join('/'), body };
  });
}

function containerIn({ searchParams }: URL): Container {
  const cid = searchParams.get('cid');
  if (cid !== null) return { by: 'cid', namespace: 'OPENIO', cid };
  const [account, name] = [searchParams.get('acct') ?? '', searchParams.get('ref') ?? ''];
  return { by: 'name', namespace: 'OPENIO', account, name };
}

function texts(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(Object(value)).map(([key, text]) => [key, String(text)]));
}

/** What the client is asked to do so that it sends the recorded request. */
function ask({ url, what, body }: Recorded): Promise<unknown> {
  const container = containerIn(url);
  const base: Base = { type: 'meta2', container };
  const peer = url.searchParams.get('service_id');
  const { writes } = openio;
  const hosts = String(body.host).split(',').toReversed();
  switch (what) {
    case 'admin/status':
    case 'admin/has':
    case 'admin/debug':
      return openio.election(
        what === 'admin/has' ? 'has' : what === 'admin/debug' ? 'debug' : 'status',
        { base },
        CALL,
      );
    case 'admin/freeze':
      return writes.freeze(base).send(CALL);
    case 'admin/enable':
      return writes.enable(base).send(CALL);
    case 'admin/set_properties':
      return writes.setPeers(base, texts(body.system)['sys.peers']?.split(',') ?? []).send(CALL);
    case 'admin/copy':
      return writes.copy(base, { from: String(body.from), to: String(body.to) }).send(CALL);
    case 'reference/force':
      return writes.replaceReference(container, hosts).send(CALL);
    case 'admin/leave':
      return writes.leave(base, peer).send(CALL);
    case 'admin/remove':
      return writes.remove(base, peer ?? '').send(CALL);
    case 'admin/get_properties':
      return openio.adminTable(base, null, CALL);
    case 'container/set_properties':
      return writes.setProperties(container, texts(body.properties)).send(CALL);
    case 'conscience/list':
      return openio.services('OPENIO', 'meta2', CALL);
    case 'reference/show':
      if (container.by === 'cid') return openio.reference(container, CALL);
      return openio.basesOn('OPENIO', container.name, CALL);
    default:
      throw new Error(`nothing of the client does ${what}`);
  }
}

/** `bypass_service_down` is an option of newer command line clients, and an empty `system` changes nothing. */
function comparable(method: string, url: URL, body: string): unknown {
  const query = [...url.searchParams].filter(([key]) => key !== 'bypass_service_down');
  const { system, ...rest }: { system?: object } = body === '' ? {} : JSON.parse(body);
  const kept = system && Object.keys(system).length > 0 ? { system, ...rest } : rest;
  return { method, path: url.pathname, query: Object.fromEntries(query), body: kept };
}

/** The directory answers as an old one, so that peers are asked together, as the recordings did. */
function answering(recorded: Recorded): (asked: Asked) => Said {
  const { status, body } = recorded.exchange.response;
  return ({ path }) => {
    if (path.endsWith(recorded.what)) return body === '' ? { status } : { status, text: body };
    return { json: { dir: [], srv: [] } };
  };
}

function isOurs({ what, url }: Recorded): boolean {
  const nobody = what === 'admin/remove' && !url.searchParams.has('service_id');
  return !nobody && !NOT_OURS.includes(what);
}

const MOVES = ['http-only_4.2.10', 'http-only_2026.14.2', 'cli_4.2.10', 'cli_2026.14.2'];

test.each(MOVES)('the client sends the requests of the recorded move %s, and understands the answers', async (move) => {
  const ours = recordedIn(`meta2-move_${move}`).filter(isOurs);
  expect(ours.length).toBeGreaterThan(10);
  for (const recorded of ours) {
    proxy = await scripted(answering(recorded));
    openio = createOpenio({ proxyUrl: proxy.url, namespace: 'OPENIO', account: 'myaccount' });
    await ask(recorded);
    const { method, target, body } = recorded.exchange.request;
    const sent = proxy.asked.filter(({ path }) => path.endsWith(recorded.what));
    const urls = sent.map((each) => new URL(`${each.path}?${each.query}`, 'http://proxy'));
    expect(sent.map((each, n) => comparable(each.method, urls[n] ?? recorded.url, each.body))).toEqual([
      comparable(method, new URL(target, 'http://proxy'), body),
    ]);
    await openio.close();
    await proxy.close();
  }
});

test.each([
  ['4.2.10', ['removed', 'absent']],
  ['2026.14.2', ['removed', 'absent']],
])('the removal and its repetition on %s are told apart', async (version, results) => {
  const removals = recordedIn(`meta2-move_http-only_${version}`).filter(
    (each) => each.what === 'admin/remove' && isOurs(each),
  );
  const told: unknown[] = [];
  for (const recorded of removals) {
    proxy = await scripted(answering(recorded));
    openio = createOpenio({ proxyUrl: proxy.url, namespace: 'OPENIO', account: 'myaccount' });
    told.push(await ask(recorded));
    await openio.close();
    await proxy.close();
  }
  expect(told).toEqual(results);
});
