import { startRedis } from '../../sandbox/services/redis';
import { createLog } from '../../src/bot/log';
import type { OutboxDeps } from '../../src/bot/outbox/draw-face';
import { createOutbox, type Outbox } from '../../src/bot/outbox/outbox';
import type { Content, Sent, Slack } from '../../src/bot/outbox/slack';
import { shareResult } from '../../src/bot/receive/sharing';
import { createClusters } from '../../src/handlers/clusters';
import type { View } from '../../src/handlers/view';
import { type Asked, decide, finish, plan } from '../../src/jobs/request/lifecycle';
import { hold, remind } from '../../src/jobs/request/opinion';
import { ASKED, approval, type JobsUnderTest, openJobs, standing } from '../support/jobs';

/** Slack as the outbox sees it: each call is written down, and answered as the test wishes. */
interface Call {
  readonly method: 'post' | 'update' | 'remove' | 'upload' | 'whisper';
  /** The channel of a post. */
  readonly to: string;
  readonly text: string;
  readonly thread?: string;
  readonly blocks: number;
  readonly said: string;
  readonly at: number;
}

let redis: Awaited<ReturnType<typeof startRedis>>;
let under: JobsUnderTest;
let outbox: Outbox;
let calls: Call[];
let answers: Sent<never>[];
/** Slack's error for everything in a channel. */
let closed: Map<string, string>;
let heard: () => void;
let posted: number;
let beforePost: (() => Promise<void>) | undefined;
let beforeUpdate: (() => Promise<unknown>) | undefined;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  calls = [];
  answers = [];
  closed = new Map();
  posted = 0;
  beforePost = undefined;
  beforeUpdate = undefined;
  under = openJobs(redis.url);
  await under.jobs.connected(2_000);
  outbox = start();
});
afterEach(async () => {
  await outbox.stop();
  await under.close();
});

function start(more: Partial<OutboxDeps> = {}): Outbox {
  const log = createLog('silent');
  const made = createOutbox({
    ...under.jobs,
    slack: farSide(),
    clusters: createClusters([]),
    log,
    clock: () => performance.now(),
    ...more,
  });
  made.start();
  return made;
}

/** Which channel a name is of, only Slack knows. */
const NAMES: Readonly<Record<string, string>> = { '#ops': 'C2', '#inc': 'C1' };

function farSide(): Slack {
  const call = <T>(
    method: Call['method'],
    content: Content & { to?: string; thread?: string; channel?: string },
    value: T,
  ): Promise<Sent<T>> => {
    const { text, blocks, thread, to = '', channel = to } = content;
    const said = JSON.stringify(blocks);
    calls.push({
      ...{ method, to, text, blocks: blocks.length, said, at: performance.now() },
      ...(thread !== undefined && { thread }),
    });
    heard?.();
    const error = closed.get(channel);
    if (error !== undefined) return Promise.resolve({ kind: 'refused', error, details: '' });
    return Promise.resolve(answers.shift() ?? { kind: 'ok', value });
  };
  return {
    post: async (to, content) => {
      await beforePost?.();
      return call(
        'post',
        { ...content, to: to.channel, ...(to.thread !== undefined && { thread: to.thread }) },
        { channel: NAMES[to.channel] ?? to.channel, ts: `1760000000.${String(++posted).padStart(6, '0')}` },
      );
    },
    update: async ({ channel, ts }, content) => {
      await beforeUpdate?.();
      return call('update', { ...content, to: ts, channel }, null);
    },
    remove: ({ channel, ts }) => call('remove', { text: '', blocks: [], to: `${channel} ${ts}` }, null),
    upload: ({ channel, ts }, { name, data }) => {
      const sent = call(
        'upload',
        { text: name, blocks: [], to: channel, thread: ts, channel: `files ${channel}` },
        null,
      );
      Object.assign(calls.at(-1) ?? {}, { said: data.toString('utf8') });
      return sent;
    },
    whisper: (_url, content) => call('whisper', content, null),
    publishHome: () => Promise.resolve({ kind: 'ok', value: null }),
    updateForm: () => Promise.resolve({ kind: 'ok', value: null }),
    openForm: () => Promise.resolve({ kind: 'ok', value: null }),
    members: () => Promise.resolve({ kind: 'ok', value: [] }),
    check: () => Promise.resolve({ kind: 'ok', value: { team: '', bot: '', url: 'https://example.slack.com/' } }),
  };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`only these calls: ${JSON.stringify(calls)}`);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 100);
      heard = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

async function answered(
  id: string,
  view: Partial<View> = {},
  more: Partial<Pick<Asked, 'isPrivate' | 'place' | 'requester' | 'road'>> = {},
): Promise<void> {
  const asked = {
    id,
    kind: 'query',
    operation: 'ops locks',
    words: [],
    ...ASKED,
    ...more,
  } as const;
  await under.jobs.store.open(asked, standing());
  const shown = await under.jobs.attachments.spill(id, { title: `answer ${id}`, tone: 'good', parts: [], ...view });
  await under.jobs.store.move(id, finish({ kind: 'answered', view: shown }, 'queued'));
}
const methods = () => calls.map(({ method }) => method);
const nothingLeft = () => under.jobs.redraws.pending().then((count) => count === 0);

test('a query that is answered at once is one message', async () => {
  await answered('RAAAA');
  await until(() => calls.length === 1);
  expect(calls[0]?.text).toContain('answer RAAAA');
});

test('a message whose form Slack refuses is sent as text', async () => {
  answers = [{ kind: 'refused', error: 'invalid_blocks', details: '' }];
  await answered('RAAAA');
  await until(() => calls.length === 2);
  expect(methods()).toEqual(['post', 'post']);
  expect(calls[1]).toMatchObject({ blocks: 0, text: expect.stringMatching(/answer RAAAA[\s\S]*\/ops request RAAAA$/) });
});

test('an answer that was lost, and trouble of Slack itself: the message is tried again', async () => {
  answers = [{ kind: 'lost', error: 'internal_error' }];
  await answered('RAAAA');
  await until(() => calls.length === 2);
  expect(methods()).toEqual(['post', 'post']);
});

test('a 429 is waited for, by that message and by those that are booked behind it', async () => {
  answers = [{ kind: 'slower', seconds: 2 }];
  await answered('RAAAA');
  await until(() => calls.length === 1);
  await answered('RBBBB');
  await until(() => calls.length === 3);
  const [first, ...later] = calls.map(({ at }) => at);
  expect(Math.min(...later) - (first ?? 0)).toBeGreaterThan(1_900);
});

describe('what Slack does not take where it belongs', () => {
  const direct = () => calls.filter(({ method, to }) => method === 'post' && to === 'UANA');

  test('goes to the one who asked, with the reason, what to do, and the result; where it was typed that is said', async () => {
    closed.set('C1', 'not_in_channel');
    outbox.rememberResponseUrl('RAAAA', 'http://127.0.0.1:1/none');
    await answered('RAAAA');
    await until(() => methods().includes('whisper'));
    await waitForRest();
    expect(direct()).toHaveLength(1);
    expect(direct()[0]?.said).toContain('I am not in that channel. Invite me there.');
    expect(direct()[0]?.said).toContain('Post it there');
    expect(direct()[0]?.text).toContain('answer RAAAA');
    expect(calls.at(-1)?.text + (calls.at(-1)?.said ?? '')).toContain('direct message');
    expect(JSON.stringify(calls)).not.toContain('not_in_channel');
  });

  test('needs nothing that one process alone knows, and is said once', async () => {
    closed.set('C1', 'channel_not_found');
    await answered('RAAAA');
    await until(() => direct().length === 1);
    await waitForRest();
    await outbox.stop();
    outbox = start();
    await under.jobs.redraws.due('RAAAA');
    await waitForRest();
    expect(direct()).toHaveLength(1);
    expect(await under.jobs.redraws.message('RAAAA')).toMatchObject({ channel: 'UANA', refused: 'channel_not_found' });
  });

  test('goes there as well when the channel was archived meanwhile', async () => {
    await answered('RAAAA');
    await until(() => calls.length === 2);
    await waitForRest();
    closed.set('C1', 'is_archived');
    await shareTo('RAAAA', 'C2');
    await until(() => direct().length === 1);
    await waitForRest();
    expect(direct()[0]?.said).toContain('that channel is archived. Choose another one.');
  });

  test('can be posted there once that is mended', async () => {
    closed.set('C1', 'not_in_channel');
    await answered('RAAAA');
    await until(() => direct().length === 1);
    await waitForRest();
    await under.jobs.links.remember('https://team.slack.com/');
    closed.clear();
    const before = calls.length;
    const wish = { by: 'UANA', place: { channel: 'C1' } };
    expect(await shareResult(under.jobs, 'RAAAA', wish)).toMatchObject({ ok: true });
    await until(() => calls.slice(before).some(({ method, to }) => method === 'post' && to === 'C1'));
    await waitForRest();
    expect(await shareResult(under.jobs, 'RAAAA', wish)).toMatchObject({ ok: false });
    // Nobody else sees a direct message.
    expect(JSON.stringify(calls)).not.toContain('The first message');
  });

  test('is given up where there is no person to write to, or no way to', async () => {
    closed.set('C1', 'not_in_channel').set('UANA', 'user_disabled');
    await answered('RAAAA', {}, { requester: 'webhook nagios' });
    await answered('RBBBB');
    await until(() => direct().length === 1);
    await waitForRest();
    expect(calls.map(({ to }) => to).toSorted()).toEqual(['C1', 'C1', 'UANA']);
  });

  test('ends the schedule that asked', async () => {
    closed.set('C1', 'is_archived');
    const ended: string[] = [];
    await outbox.stop();
    outbox = start({ endSchedules: async ({ id }) => void ended.push(id) });
    await answered('RAAAA', {}, { road: 'schedule' });
    await until(() => direct().length === 1);
    expect([ended, direct()[0]?.said]).toEqual([['RAAAA'], expect.stringContaining('It is not asked again.')]);
  });
});

test.each(['invalid_auth', 'token_revoked', 'missing_scope', 'ratelimited', 'something_new'])(
  'a message that Slack refuses for a while (%s) is tried again, and that is told of',
  async (error) => {
    answers = [{ kind: 'refused', error, details: '' }];
    await answered('RAAAA');
    await until(() => calls.length === 1);
    await until(() => outbox.trouble() === error);
    await until(() => calls.length === 3);
    await waitForRest();
    expect(methods()).toEqual(['post', 'post', 'update']);
    expect(outbox.trouble()).toBeNull();
  },
);

test('a share does not wait for a file that cannot be uploaded', async () => {
  closed.set('files C1', 'invalid_auth');
  await answered('RAAAA', { parts: [{ kind: 'raw', name: 'state.txt', text: 'x', asFile: true }] });
  await until(() => methods().includes('upload'));
  await shareTo('RAAAA', 'C2');
  await until(() => calls.some(({ method, to }) => method === 'upload' && to === 'C2'));
});

test('a long list comes as a file, once, and a picture that cannot be drawn does not hold it up', async () => {
  const rows = Array.from({ length: 200 }, (_, n) => [`row ${n}`]);
  const picture = { kind: 'picture', name: 'broken.png', alt: 'broken', svg: '<svg' } as const;
  await answered('RAAAA', { parts: [picture, { kind: 'table', name: 'rows.csv', head: ['a'], rows }] });
  await until(() => calls.some(({ text }) => text === 'rows.csv'));
  expect(methods()).toEqual(['post', 'update', 'upload']);
});

test('a message that was deleted is posted anew', async () => {
  await answered('RAAAA');
  await until(() => calls.length === 2);
  await outbox.stop();
  answers = [{ kind: 'refused', error: 'message_not_found', details: '' }];
  await under.jobs.redraws.remember('RAAAA', { channel: 'C1', ts: '1760000000.000001', files: [], revision: 1 });
  await under.jobs.redraws.due('RAAAA');
  outbox = start();
  await until(() => calls.length === 5);
  expect(methods()).toEqual(['post', 'update', 'update', 'post', 'update']);
});

test('what moved while no bot was there is drawn by the next one', async () => {
  await outbox.stop();
  await answered('RAAAA');
  outbox = start();
  await until(() => calls.length === 1);
  expect(calls[0]?.text).toContain('answer RAAAA');
});

test('a bot that was frozen while it drew, and draws over what another drew meanwhile, has it drawn again', async () => {
  await answered('RAAAA');
  await until(() => calls.length === 1);
  await waitForRest();
  await outbox.stop();
  const old = { channel: 'C1', ts: '1.0', files: [], revision: 1 };
  await under.jobs.redraws.drawn({ request: 'RAAAA', score: '1' }, old);
  expect(await under.jobs.redraws.pending()).toBe(1);
  outbox = start();
  await until(() => calls.length === 2);
  await waitForRest();
  expect(calls[1]).toMatchObject({ method: 'update', text: expect.stringContaining('answer RAAAA') });
});

test('a bot that does not know what became of its drawing has it drawn again, also when another had drawn it meanwhile', async () => {
  await answered('RAAAA');
  await until(() => calls.length === 1);
  await waitForRest();
  // While this edit is under way another bot has drawn the newest and taken the request off the list.
  const newest = await under.jobs.redraws.message('RAAAA');
  if (!newest) throw new Error('must be remembered');
  answers = [{ kind: 'lost', error: 'timeout' }];
  beforeUpdate = async () => {
    beforeUpdate = undefined;
    await under.jobs.redraws.remember('RAAAA', newest);
    await under.redis.del(`{${under.prefix}}:redraw`);
  };
  await under.jobs.redraws.remember('RAAAA', { ...newest, looks: 'older' });
  await under.jobs.redraws.due('RAAAA');
  await until(() => calls.length === 3);
  await waitForRest();
  expect(methods()).toEqual(['post', 'update', 'update']);
});

test('the same when Redis is away from it right after its drawing: it is drawn again once Redis is back', async () => {
  await answered('RAAAA');
  await until(() => calls.length === 1);
  await waitForRest();
  await outbox.stop();
  const before = calls.length;
  const newest = await under.jobs.redraws.message('RAAAA');
  if (!newest) throw new Error('must be remembered');
  let isAway = false;
  const { redraws } = under.jobs;
  const whenThere = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isAway) throw new Error('Redis is away');
    return work();
  };
  outbox = start({
    redraws: {
      ...redraws,
      message: (key) => whenThere(() => redraws.message(key)),
      remember: (key, message) => whenThere(() => redraws.remember(key, message)),
      later: (request, ms) => whenThere(() => redraws.later(request, ms)),
    },
  });
  beforeUpdate = async () => {
    beforeUpdate = undefined;
    // Another bot has drawn the newest and taken the request off the list.
    await redraws.remember('RAAAA', newest);
    await under.redis.del(`{${under.prefix}}:redraw`);
    isAway = true;
    setTimeout(() => {
      isAway = false;
    }, 800);
  };
  await redraws.remember('RAAAA', { ...newest, looks: 'older' });
  await redraws.due('RAAAA');
  await until(() => calls.length === before + 2);
  await waitForRest();
  expect(methods().slice(before)).toEqual(['update', 'update']);
});

/** Of what was posted, with the message of another bot at 9.0. */
function expectCopy(): void {
  expect(calls.map(({ method, to, text }) => [method, to, text.slice(0, 40)])).toEqual([
    ['post', 'C1', expect.stringContaining('answer RAAAA')],
    ['update', '1760000000.000001', expect.stringContaining('goes on')],
    ['update', '9.0', expect.stringContaining('answer RAAAA')],
  ]);
}

test('of two bots that post at the same time one has the message, and the other leaves a copy that says so', async () => {
  const other = { channel: 'C1', ts: '9.0', files: [], revision: 0 };
  beforePost = () => under.jobs.redraws.remember('RAAAA', other);
  await answered('RAAAA');
  await until(() => calls.length === 3);
  await waitForRest();
  expectCopy();
});

test('what was posted while Redis went away becomes a copy when another bot has posted by the time Redis is back', async () => {
  await outbox.stop();
  const other = { channel: 'C1', ts: '9.0', files: [], revision: 0 };
  const { redraws } = under.jobs;
  let isAway = false;
  outbox = start({
    redraws: {
      ...redraws,
      message: (key) => (isAway ? Promise.reject(new Error('Redis is away')) : redraws.message(key)),
      first: (key, message) => (isAway ? Promise.reject(new Error('Redis is away')) : redraws.first(key, message)),
    },
  });
  const comesBack = async () => {
    await redraws.remember('RAAAA', other);
    await under.redis.del(`{${under.prefix}}:redraw`);
    isAway = false;
  };
  beforePost = async () => {
    isAway = true;
    setTimeout(() => void comesBack(), 300);
  };
  await answered('RAAAA');
  await until(() => calls.length === 3);
  await waitForRest();
  expectCopy();
});

test('two bots over one Redis post one message', async () => {
  const second = start();
  await answered('RAAAA');
  await until(() => calls.length >= 1);
  await second.stop();
  expect(await under.jobs.redraws.message('RAAAA')).toMatchObject({ ts: '1760000000.000001' });
  // Names come with an edit, which may be done by then or not.
  expect(methods().filter((method) => method === 'post')).toHaveLength(1);
});

describe('those who may approve', () => {
  const EXPIRES = 60_000;
  const proposed = {
    plan: { a: 1 },
    danger: 'irreversible',
    targets: [],
    slots: [],
    procedure: [],
    preview: { title: 'purge x', tone: 'warning', parts: [] },
    needs: 2,
    recheckAfterMs: null,
  } as const;
  const asked = (id: string) =>
    under.jobs.store.open({ ...ASKED, id, kind: 'change', operation: 'palm purge', words: ['x'] }, standing());
  const planned = (id: string) => under.jobs.store.move(id, plan(proposed, standing({ expiresAfterMs: EXPIRES })));
  const now = async () => {
    const [seconds, micros] = await under.redis.time();
    return Number(seconds) * 1_000 + Number(micros) / 1_000;
  };
  /** As if two thirds of the time were over. */
  const reminded = async (id: string) => {
    const at = await now();
    return under.jobs.store.move(id, (request, { seq }) => remind(request, { at: at + EXPIRES * 0.8, seq }));
  };
  const inThread = () => calls.filter(({ thread }) => thread !== undefined).map(({ text }) => text);

  test('are mentioned by the card itself when it is the first message', async () => {
    await asked('RAAAA');
    await planned('RAAAA');
    await until(() => calls.length === 2);
    await waitForRest();
    expect(inThread()).toEqual([]);
  });

  test('get no buttons before the message is remembered: a copy left behind by a killed bot cannot be pressed', async () => {
    await asked('RAAAA');
    await planned('RAAAA');
    await until(() => calls.length === 2);
    await waitForRest();
    expect(calls.map(({ method, said }) => [method, said.includes('"action_id":"approve"')])).toEqual([
      ['post', false],
      ['update', true],
    ]);
  });

  test('get no buttons either where Redis was away when it should be remembered, until it is', async () => {
    await outbox.stop();
    const { redraws } = under.jobs;
    let refusals = 0;
    const keptAtUpdate: unknown[] = [];
    outbox = start({
      redraws: {
        ...redraws,
        first: (key, message) =>
          refusals++ < 2 ? Promise.reject(new Error('Redis is away')) : redraws.first(key, message),
      },
    });
    beforeUpdate = async () => keptAtUpdate.push(await redraws.message('RAAAA'));
    await asked('RAAAA');
    await planned('RAAAA');
    await until(() => calls.length === 2);
    await waitForRest();
    expect(calls.map(({ method, said }) => [method, said.includes('"action_id":"approve"')])).toEqual([
      ['post', false],
      ['update', true],
    ]);
    expect(keptAtUpdate).toMatchObject([{ ts: '1760000000.000001' }]);
  });

  test('are called in the thread when the card came by an edit, which notifies nobody', async () => {
    await asked('RAAAA');
    await until(() => calls.length === 1);
    await planned('RAAAA');
    await until(() => inThread().length === 1);
    await waitForRest();
    expect(methods()).toEqual(['post', 'update', 'post']);
    expect(calls[2]).toMatchObject({
      thread: '1760000000.000001',
      text: expect.stringMatching(/May approve: <@UBEN> <@UCHO>$/),
    });
  });

  test('are reminded once, those who are missing only, also by a bot that was started again', async () => {
    await asked('RAAAA');
    await planned('RAAAA');
    await until(() => calls.length === 2);
    await under.jobs.store.move('RAAAA', decide(approval('UBEN'), standing()));
    await reminded('RAAAA');
    await until(() => inThread().length === 1);
    await waitForRest();
    await outbox.stop();
    outbox = start();
    await under.jobs.redraws.due('RAAAA');
    await waitForRest();
    expect(inThread()).toEqual([expect.stringMatching(/needs 1 more.* May approve: <@UCHO>$/)]);
  });

  test('see how many approvals the rules ask for by now, where a bot was started with stricter ones', async () => {
    await outbox.stop();
    await under.close();
    under = openJobs(redis.url, { rules: { needs: { reversible: 3, irreversible: 3 } } });
    await under.jobs.connected(2_000);
    outbox = start();
    await asked('RAAAA');
    await planned('RAAAA');
    await until(() => calls.length >= 2);
    expect(calls.at(-1)?.said).toContain('Needs 3 approvals by');
  });

  test('are called once Slack tells who they are, after a notice that only names their groups', async () => {
    await outbox.stop();
    await under.close();
    let members: readonly string[] | null = null;
    const rules = [{ name: 'Second list', match: {}, approve: ['S0DBA'] }];
    under = openJobs(redis.url, {
      ...{ rules: { approvers: ['S0OPS'], rules }, people: { membersOf: async () => members } },
    });
    await under.jobs.connected(2_000);
    outbox = start();
    await asked('RAAAA');
    await until(() => calls.length === 1);
    await planned('RAAAA');
    await until(() => inThread().length === 1);
    await under.jobs.redraws.due('RAAAA');
    await waitForRest();
    expect(inThread()).toEqual([expect.stringContaining('Slack did not say who is in <!subteam^S0OPS>')]);
    members = ['UBEN', 'UCHO'];
    await under.jobs.redraws.due('RAAAA');
    await until(() => inThread().length === 2);
    expect(inThread()[1]).toMatch(/May approve: <@UBEN> <@UCHO>$/);
  });

  test('are left alone while somebody holds the request: that one is reminded', async () => {
    await asked('RAAAA');
    await planned('RAAAA');
    await until(() => calls.length === 2);
    const doubt = { decision: 'hold', by: 'UCHO', road: 'button', reason: 'why this one?' } as const;
    await under.jobs.store.move('RAAAA', hold(doubt, standing()));
    await reminded('RAAAA');
    await until(() => inThread().length === 1);
    expect(inThread()).toEqual([expect.stringMatching(/It is held by <@UCHO>$/)]);
  });

  test('are not reminded a second time when the answer to the first was lost', async () => {
    await asked('RAAAA');
    await planned('RAAAA');
    await until(() => calls.length === 2);
    answers = [{ kind: 'lost', error: 'timeout' }];
    await reminded('RAAAA');
    await until(() => inThread().length === 1);
    await waitForRest();
    await under.jobs.redraws.due('RAAAA');
    await waitForRest();
    expect(inThread()).toHaveLength(1);
  });

  test.each(['thread_not_found', 'message_not_found'])(
    'are reminded below a new card when the old one is gone (%s)',
    async (error) => {
      await asked('RAAAA');
      await planned('RAAAA');
      await until(() => calls.length === 2);
      await waitForRest();
      const gone = { kind: 'refused', error, details: '' } as const;
      answers = [gone, { ...gone, error: 'message_not_found' }];
      await reminded('RAAAA');
      await until(() => inThread().length === 2);
      await waitForRest();
      expect(methods()).toEqual(['post', 'update', 'post', 'update', 'post', 'update', 'post']);
      expect(calls.at(-1)?.thread).toBe('1760000000.000003');
    },
  );

  test('are reminded once a token that was refused is taken again', async () => {
    await asked('RAAAA');
    await planned('RAAAA');
    await until(() => calls.length === 2);
    await waitForRest();
    answers = [{ kind: 'refused', error: 'invalid_auth', details: '' }];
    await reminded('RAAAA');
    await until(() => inThread().length === 2);
  });

  test('are reminded after a 429 that said wait', async () => {
    await asked('RAAAA');
    await planned('RAAAA');
    await until(() => calls.length === 2);
    answers = [{ kind: 'slower', seconds: 1 }];
    await reminded('RAAAA');
    await until(() => inThread().length === 2);
    await waitForRest();
    expect(inThread()).toHaveLength(2);
  });
});

const shareTo = (id: string, channel: string) => under.jobs.requests.share(id, { by: 'UBEN', place: { channel } });
const copyOf = (id: string, n: number) => under.jobs.redraws.message(`${id}.${n}`);

test('a result that is shared is posted there with its files and a link, and the first message says where', async () => {
  const rows = Array.from({ length: 200 }, (_, n) => [`row ${n}`]);
  await answered('RAAAA', { parts: [{ kind: 'table', name: 'rows.csv', head: ['a'], rows }] });
  await until(() => calls.length === 2);
  await under.jobs.links.remember('https://team.slack.com/');
  await shareTo('RAAAA', 'C2');
  await until(() => calls.filter(({ method }) => method === 'upload').length === 2);
  await waitForRest();
  const posts = calls.filter(({ method }) => method === 'post');
  expect(posts.map(({ to }) => to)).toEqual(['C1', 'C2']);
  // Born without live people; an edit puts them in.
  expect(posts[1]?.said).toContain('Shared by @UBEN from');
  expect(calls.findLast(({ to }) => to === '1760000000.000002')?.said).toContain(
    'Shared by <@UBEN> from <#C1>. <https://team.slack.com/archives/C1/p1760000000000001|The first message>',
  );
  expect(calls.filter(({ method }) => method === 'upload').map(({ to }) => to)).toEqual(['C1', 'C2']);
  expect(calls.findLast(({ to }) => to === '1760000000.000001')?.said).toContain('Shared in <#C2> by <@UBEN>.');
});

test('a channel that Slack does not take is named in the first message, in the audit trail, and not tried again', async () => {
  await answered('RAAAA');
  await until(() => calls.length === 2);
  closed.set('C2', 'not_in_channel');
  await shareTo('RAAAA', 'C2');
  await until(() => calls.some(({ said }) => said.includes('Not shared in <#C2>: I am not in that channel.')));
  await waitForRest();
  expect(calls.filter(({ to }) => to === 'C2')).toHaveLength(1);
  const [entry = '{}'] = await under.jobs.store.trail.newest(1);
  expect(JSON.parse(entry)).toMatchObject({ event: 'share refused', detail: { channel: 'C2', why: 'not_in_channel' } });
});

test('a share that no bot was there for is posted by the next one, once', async () => {
  await answered('RAAAA');
  await until(() => calls.length === 1);
  await outbox.stop();
  await shareTo('RAAAA', 'C2');
  outbox = start();
  const second = start();
  await until(() => calls.some(({ to }) => to === 'C2'));
  await waitForRest();
  await second.stop();
  expect(calls.filter(({ to }) => to === 'C2')).toHaveLength(1);
  expect(await copyOf('RAAAA', 1)).toMatchObject({ channel: 'C2' });
});

test('a channel that was given by its name and by its id has the result once', async () => {
  await answered('RAAAA');
  await until(() => calls.length === 1);
  await outbox.stop();
  await shareTo('RAAAA', '#ops');
  await shareTo('RAAAA', 'C2');
  outbox = start();
  await until(() => calls.some(({ to }) => to === '#ops'));
  await waitForRest();
  expect(calls.flatMap(({ method, to }) => (method === 'post' ? [to] : []))).toEqual(['C1', '#ops']);
  expect(methods()).not.toContain('remove');
  const [entry = '{}'] = await under.jobs.store.trail.newest(1);
  expect(JSON.parse(entry)).toMatchObject({ event: 'share refused', detail: { channel: 'C2', why: 'already_there' } });
  expect(calls.some(({ said }) => said.includes('Not shared'))).toBe(false);
});

test('a copy that comes out where the message is already is taken back before its files follow', async () => {
  const rows = Array.from({ length: 200 }, (_, n) => [`row ${n}`]);
  await answered('RAAAA', { parts: [{ kind: 'table', name: 'rows.csv', head: ['a'], rows }] });
  await until(() => calls.length === 2);
  await shareTo('RAAAA', '#inc');
  await until(() => methods().includes('remove'));
  await waitForRest();
  expect(calls.find(({ method }) => method === 'remove')?.to).toBe('C1 1760000000.000002');
  expect(calls.filter(({ method }) => method === 'upload')).toHaveLength(1);
  expect(calls.some(({ said }) => said.includes('Not shared'))).toBe(false);
});

test('a message whose looks a move does not change is not edited', async () => {
  await answered('RAAAA');
  await until(() => calls.length === 1);
  await waitForRest();
  await shareTo('RAAAA', 'C2');
  await waitForRest();
  await shareTo('RAAAA', 'C3');
  await waitForRest();
  // The first message twice; of the copies none. Each gets its people by an edit of its own.
  expect(calls.map(({ method, to }) => `${method} ${to}`)).toEqual([
    ...['post C1', 'update 1760000000.000001'],
    ...['update 1760000000.000001', 'post C2', 'update 1760000000.000002'],
    ...['update 1760000000.000001', 'post C3', 'update 1760000000.000003'],
  ]);
});

test('the raw data comes as a file below the message that it was asked at, once', async () => {
  const rows = Array.from({ length: 200 }, (_, n) => [`row ${n}`]);
  await answered('RAAAA', { parts: [{ kind: 'table', name: 'rows.csv', head: ['a'], rows }] });
  await until(() => calls.length === 3);
  await waitForRest();
  for (let times = 0; times < 2; times++) {
    await under.jobs.redraws.want('RAAAA', 'RAAAA');
    await waitForRest();
  }
  expect(calls.slice(3).map(({ text }) => text)).toEqual(['RAAAA.json']);
  const { result } = JSON.parse(calls[3]?.said ?? '');
  expect(result.parts[0].rows).toEqual(rows);
});

test('the files of an answer in a thread follow it there, since there is no thread below a reply', async () => {
  const part = { kind: 'raw', name: 'state.txt', text: 'x', asFile: true } as const;
  await answered('RAAAA', { parts: [part] }, { place: { channel: 'C1', thread: '1750000000.000009' } });
  await until(() => calls.length === 3);
  const thread = '1750000000.000009';
  expect(calls.map((one) => [one.method, one.thread])).toEqual([
    ['post', thread],
    ['update', undefined],
    ['upload', thread],
  ]);
});

test('a private answer goes to the one who asked', async () => {
  await answered('RAAAA', {}, { isPrivate: true });
  await until(() => calls.length === 1);
  expect(calls[0]).toMatchObject({ to: 'UANA', said: expect.stringContaining('Only you see this message') });
});

/** Until nothing is behind its record any more. */
async function waitForRest(): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await nothingLeft())) {
    if (performance.now() > deadline) throw new Error('messages are still behind');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
