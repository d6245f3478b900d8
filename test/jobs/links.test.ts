import type { Redis } from 'ioredis';
import type { Request } from '../../src/jobs/request/request';
import type { Keys } from '../../src/jobs/store/redis';
import type { Drawn } from '../../src/jobs/store/redraws';
import { createLinks } from '../../src/jobs/trail/links';
import { requestIn } from '../support/records';

const workspace = 'https://acme.slack.com/';
const asked: Request = { ...requestIn({ kind: 'queued' }), place: { channel: 'C1', thread: '9.000001' } };

function linkOf(request: Request, message: Partial<Drawn> | null, known: string | null = workspace) {
  const kept = message && JSON.stringify({ revision: 1, files: [], ...message });
  const redis = { mget: async () => [known, kept] };
  const keys = { workspace: 'workspace', message: (id: string) => id };
  return createLinks(redis as unknown as Redis, keys as unknown as Keys).of(request);
}

test('the link of an answer in a thread names the thread', async () => {
  const link = await linkOf(asked, { channel: 'C1', ts: '10.000002' });
  expect(link).toBe(`${workspace}archives/C1/p10000002?thread_ts=9.000001&cid=C1`);
});

test('the link of a private answer does not: its message is in no thread, wherever it was asked', async () => {
  const link = await linkOf({ ...asked, isPrivate: true }, { channel: 'D0ANA', ts: '10.000002' });
  expect(link).toBe(`${workspace}archives/D0ANA/p10000002`);
});

test('no message, no workspace, or one that Slack did not take there: no link', async () => {
  const message = { channel: 'D0ANA', ts: '10.000002' };
  expect(await linkOf(asked, null)).toBeNull();
  expect(await linkOf(asked, message, null)).toBeNull();
  expect(await linkOf(asked, { ...message, refused: 'not_in_channel' })).toBeNull();
});
