import { BackendFailure } from '../../src/backends/failure';
import { type Check, createDoctor, type Line } from '../../src/handlers/checkup';
import { opsDoctor } from '../../src/handlers/ops/doctor';
import { found } from '../support/lines';

const never = new AbortController().signal;
const check = (what: string, look: Check['look']): Check => ({ what, why: 'it matters', todo: 'Mend it.', look });
const fine = (what: string) => check(what, async () => [{ what, why: 'it matters', tone: 'ok', found: 'all well' }]);

function doctorOf(checks: readonly Check[], mostMs = 10_000) {
  const errors: unknown[] = [];
  const doctor = createDoctor(checks, { mostMs, onError: (error, what) => errors.push([what, error]) });
  return { doctor, errors };
}

test('lines come in the order of the checks, whichever ends first', async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = check('slow', async () => {
    await released;
    return [{ what: 'slow', why: 'x', tone: 'ok', found: 'at last' }];
  });
  const last = check('last', async () => {
    release();
    return [{ what: 'last', why: 'x', tone: 'ok', found: 'at once' }];
  });
  const { doctor } = doctorOf([slow, last]);
  expect((await doctor.examine(never)).map(({ what }) => what)).toEqual(['slow', 'last']);
});

test('a check that hangs is a line of its own after its time, and holds up nobody', async () => {
  const told: AbortSignal[] = [];
  const hung = check('hung', (signal) => {
    told.push(signal);
    return new Promise(() => {});
  });
  const { doctor, errors } = doctorOf([hung, fine('other')], 50);
  const lines = await doctor.examine(never);
  expect(found(lines)).toEqual({ hung: 'bad: no answer within 0.05 s', other: 'ok: all well' });
  expect(lines[0]).toMatchObject({ why: 'it matters', todo: 'Mend it.' });
  expect(told[0]?.aborted).toBe(true);
  expect(errors).toEqual([]);
});

test('nobody waits any more: what is not known by then is said so', async () => {
  const given = new AbortController();
  const { doctor } = doctorOf([check('hung', () => new Promise(() => {})), fine('other')]);
  const lines = doctor.examine(given.signal);
  setImmediate(() => given.abort());
  expect(found(await lines)).toMatchObject({ hung: expect.stringContaining('bad: no answer'), other: 'ok: all well' });
});

test("a backend's own words are shown; those of a mistake of ours are not", async () => {
  const failure = new BackendFailure('list servers: 10.0.0.1 cannot be reached', {
    backend: 'palm',
    kind: 'unreachable',
    effect: 'none',
  });
  const rejects = check('far', async () => Promise.reject(failure));
  const throws = check('near', () => {
    throw new TypeError('secret-of-ours is not a function');
  });
  const { doctor, errors } = doctorOf([rejects, throws]);
  expect(found(await doctor.examine(never))).toEqual({
    far: 'bad: list servers: 10.0.0.1 cannot be reached',
    near: 'bad: the check itself failed; the log of the bot has the reason',
  });
  expect(errors).toEqual([['near', expect.any(TypeError)]]);
});

describe('/ops doctor', () => {
  const say = (...lines: Line[]) =>
    opsDoctor({ examine: async () => lines }).answer([], { request: 'R1', signal: never, report: () => undefined });
  const ok: Line = { what: 'Redis', why: 'x', found: 'yes', tone: 'ok' };
  const warning: Line = { what: 'Clock', why: 'people compare', found: '9 s', tone: 'warning', todo: 'Set it.' };
  const bad: Line = { what: 'etcd', why: 'commands ask it', found: 'silent', tone: 'bad', todo: 'Start it.' };

  test('says that all is fine', async () => {
    expect(await say(ok, ok)).toMatchObject({ title: 'All 2 checks are fine', tone: 'good' });
  });

  test('shows the worst first, each with why and what to do, and then what is fine', async () => {
    const view = await say(ok, warning, bad);
    expect(view).toMatchObject({ title: '1 problem, 1 warning; 1 fine', tone: 'bad' });
    expect(view.parts.slice(0, 2)).toEqual([
      {
        kind: 'facts',
        facts: [
          ['Problem', 'etcd'],
          ['Found', 'silent'],
          ['Why it matters', 'commands ask it'],
          ['What to do', 'Start it.'],
        ],
      },
      expect.objectContaining({ facts: expect.arrayContaining([['Warning', 'Clock']]) }),
    ]);
    expect(view.parts[2]).toMatchObject({ kind: 'table', rows: [['Redis', 'yes', 'x']] });
    expect(view.parts[3]).toMatchObject({ kind: 'next', words: 'ops doctor' });
  });

  test('takes no words', () => {
    expect(opsDoctor({ examine: async () => [] }).check(['now'])).toBe('ops doctor takes no words');
  });
});
