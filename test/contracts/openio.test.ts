import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createOpenioSandbox, type OpenioSandbox } from '../../sandbox/openio/sandbox';
import { type Answer, captured, comparable, type Exchange, logs, replay } from './openio-match';
import { NOT_REPLAYED, REPLAYS } from './openio-replays';
import type { Replay } from './openio-stages';
import { stageOf } from './openio-world';

/** A hung peer costs 90 ms instead of 30 s. */
const SCALE = 0.003;
const MOST_TRIES = 60;

let sandbox: OpenioSandbox;

afterEach(() => sandbox.close());

async function answerOf({ chance, addresses = 'the same' }: Replay, exchange: Exchange): Promise<Answer> {
  const wanted = JSON.stringify(comparable(exchange.response, addresses));
  for (let tries = 1; ; tries += 1) {
    const answer = await replay(sandbox.url, exchange);
    if (!chance || tries === MOST_TRIES || JSON.stringify(comparable(answer, addresses)) === wanted) return answer;
  }
}

describe('the stand-in answers as the real proxy did', () => {
  test.each(REPLAYS)('$capture', async (recorded) => {
    const { version, exchanges } = captured(recorded.capture);
    sandbox = await createOpenioSandbox({ version, scale: recorded.scale ?? SCALE });
    const stage = stageOf(sandbox);
    await recorded.before?.(stage);
    for (const [number, exchange] of exchanges.entries()) {
      const answer = await answerOf(recorded, exchange);
      const addresses = recorded.elected?.includes(number) ? 'any' : (recorded.addresses ?? 'the same');
      expect({ number, ...Object(comparable(answer, addresses)) }).toEqual({
        number,
        ...Object(comparable(exchange.response, addresses)),
      });
      if (recorded.log) compareLogs(recorded.log, answer, exchange.response);
      await recorded.between?.(stage, number);
    }
  });

  function compareLogs(how: 'exact' | 'known', ours: Answer, theirs: Answer): void {
    if (how === 'exact') {
      expect(new Map([...logs(ours)].toSorted())).toEqual(new Map([...logs(theirs)].toSorted()));
      return;
    }
    const known = new Set([...logs(theirs).values()].flat());
    const newest = [...logs(ours).values()].flatMap((lines) => lines.slice(0, 4));
    expect(newest.length).toBeGreaterThan(0);
    for (const line of newest) expect(known).toContain(line);
  }
});

test('every recording is replayed, or left out for a reason', async () => {
  sandbox = await createOpenioSandbox({ version: '4.2.10' });
  const files = readdirSync(join(__dirname, '../fixtures/openio')).map((file) => file.replace(/\.json$/, ''));
  const covered = [...REPLAYS.map(({ capture }) => capture), ...Object.keys(NOT_REPLAYED)];
  expect(covered.toSorted()).toEqual(files.toSorted());
});
