import { catalogueOf } from '../../src/handlers/index';
import { splitWords } from '../../src/handlers/words';
import type { Outcome, Request, State } from '../../src/jobs/request/request';
import { recentNames } from '../../src/jobs/store/recent';
import { meantInstead } from '../../src/jobs/work/meant';
import { finished, requestIn } from '../support/records';
import { everySystem } from '../support/systems';

/** Names that OpenIO cannot list: what earlier requests found is what may have been meant. */
const systems = everySystem();
const catalogue = catalogueOf(systems);
afterAll(() => systems.close());

const operation = (name: string) => catalogue.byName(name);
const view = { title: 'x', tone: 'bad', parts: [] } as const;
const answered: State = finished({ kind: 'answered', view });

function request(command: string, more: Partial<Request> = {}): Request {
  const split = splitWords(command);
  const matched = catalogue.match(split.ok ? split.args : []);
  if (!matched) throw new Error(`no operation: ${command}`);
  const { words } = matched;
  return { ...requestIn(answered, words), kind: 'query', operation: matched.operation.name, ...more };
}

const over = (...requests: readonly Request[]) => ({ store: { newest: async () => requests }, operation });
const offered = async (parts: ReturnType<typeof meantInstead>) =>
  (await parts).map(({ label, words }) => [label, words]);

test('the nearest containers that were found, in the same command with its other words', async () => {
  const deps = over(
    request('openio container show FVE0'),
    request('openio election status meta2 FVE1'),
    request('openio container show elephant'),
  );
  expect(await offered(meantInstead(deps, request('openio container check FVEO --times 5')))).toEqual([
    ['FVE0', 'openio container check FVE0 --times 5'],
    ['FVE1', 'openio container check FVE1 --times 5'],
  ]);
});

test('one whose election is stuck or whose copy is damaged was found all the same', async () => {
  expect(await recentNames(over(request('openio election status meta2 FVE0')), wanted())).toEqual(['FVE0']);
});

test.each<[string, Outcome]>([
  ['answered that it is not there', { kind: 'answered', view: { ...view, absent: true } }],
  ['failed', { kind: 'failed', steps: [], findings: [], view: { ...view, absent: true } }],
  ['failed without words', { kind: 'failed', steps: [], findings: [], view }],
  ['refused', { kind: 'refused', why: 'no' }],
])('a name whose request was %s is offered to nobody', async (_what, outcome) => {
  const wrong = request('openio container show FVEX', { state: finished(outcome) });
  expect(await recentNames(over(wrong), wanted())).toEqual([]);
  expect(await offered(meantInstead(over(wrong), request('openio container show FVEO')))).toEqual([]);
});

test('a name is offered where it was found: with its account, also when only that was forgotten', async () => {
  const deps = over(request('openio container show FVE0 --account other'));
  expect(await offered(meantInstead(deps, request('openio container show FVE0')))).toEqual([
    ['FVE0 (other)', 'openio container show FVE0 --account other'],
  ]);
  expect(await offered(meantInstead(deps, request('openio container show FVEO --account othre')))).toEqual([
    ['FVE0 (other)', 'openio container show FVE0 --account other'],
    ['other', 'openio container show FVEO --account other'],
  ]);
});

test('a name that was found before under these very words is not the slip', async () => {
  const deps = over(request('openio container show FVE0'), request('openio container show FVE1'));
  expect(await offered(meantInstead(deps, request('openio container show FVE0')))).toEqual([]);
});

test('what somebody asked privately is offered to nobody else, and where nobody else looks', async () => {
  const deps = over(request('openio container show FVE0', { isPrivate: true, requester: 'U0BEN' }));
  const slip = 'openio container show FVEO';
  expect(await offered(meantInstead(deps, request(slip, { requester: 'U0ANA' })))).toEqual([]);
  expect(await offered(meantInstead(deps, request(slip, { requester: 'U0ANA', isPrivate: true })))).toEqual([]);
  expect(await offered(meantInstead(deps, request(slip, { requester: 'U0BEN' })))).toEqual([]);
  expect(await offered(meantInstead(deps, request(slip, { requester: 'U0BEN', isPrivate: true })))).toHaveLength(1);
  expect(await recentNames(deps, wanted())).toEqual([]);
});

test('another cluster has other containers', async () => {
  const deps = over(request('openio container show FVE0', { cluster: 'prod-eu' }));
  expect(await offered(meantInstead(deps, request('openio container show FVEO')))).toEqual([]);
});

function wanted() {
  return { cluster: 'default', kind: 'OpenIO container' };
}
