import { createBucket, createPace } from '../../src/bot/outbox/pace';

let now = 0;
const clock = () => now;
beforeEach(() => {
  now = 10_000;
});

test('a burst leaves at once, what follows one after the other', () => {
  const bucket = createBucket({ burst: 3, perSecond: 1 }, clock);
  expect([1, 2, 3, 4, 5, 6].map(() => bucket.book())).toEqual([0, 0, 0, 1_000, 2_000, 3_000]);
});

test('a bucket that was left alone is full again, and not fuller', () => {
  const bucket = createBucket({ burst: 2, perSecond: 1 }, clock);
  bucket.book();
  bucket.book();
  now += 60_000;
  expect([1, 2, 3].map(() => bucket.book())).toEqual([0, 0, 1_000]);
});

test('a pause holds everything back until its end, and then there is no burst', () => {
  const bucket = createBucket({ burst: 3, perSecond: 1 }, clock);
  bucket.pause(5);
  expect([1, 2].map(() => bucket.book())).toEqual([5_000, 6_000]);
});

test('one message is edited at most once a second, however often its request moves', () => {
  const pace = createPace(clock);
  const message = { key: 'R1', channel: 'C1' };
  const sentAt: number[] = [];
  // A move every 50 ms for ten seconds; whoever waits asks again then.
  for (; now < 20_000; now += 50) {
    if (pace.wait(message, sentAt.length > 0) > 0) continue;
    pace.sent(message.key);
    sentAt.push(now);
  }
  const gaps = sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? 0));
  expect(sentAt.length).toBeGreaterThan(8);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
});

test('what nobody waits for leaves room for what people wait for, and leaves when there is more', () => {
  const pace = createPace(clock);
  const leaves = (key: string, canWait: boolean) =>
    pace.wait({ key, channel: 'C1', ...(canWait && { canWaitMs: 3_000 }) }, true) === 0;
  const progress = Array.from({ length: 60 }, (_, n) => leaves(`R${n}`, true)).filter(Boolean).length;
  const decided = Array.from({ length: 8 }, (_, n) => leaves(`S${n}`, false));
  expect([progress, decided]).toEqual([12, Array.from({ length: 8 }, () => true)]);
  expect(leaves('S9', false)).toBe(false);
  now += 15_000;
  expect(leaves('R59', true)).toBe(true);
});
