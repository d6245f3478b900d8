import type { KnownBlock } from '@slack/types';
import { drawRequest } from '../../../src/bot/message/message';
import { type ButtonDeps, handleClick } from '../../../src/bot/receive/buttons';
import type { Click } from '../../../src/bot/receive/clicks';
import { createClusters } from '../../../src/handlers/clusters';
import { catalogueOf } from '../../../src/handlers/index';
import type { View } from '../../../src/handlers/view';
import type { Request } from '../../../src/jobs/request/request';
import type { Asking } from '../../../src/jobs/requests';
import { finished, requestIn } from '../../support/records';
import { everySystem } from '../../support/systems';

/** What a click on a suggested command asks, and where, without a Slack and without a Redis. */
const systems = everySystem();
const clusters = createClusters([{ name: 'default', production: false, catalogue: catalogueOf(systems) }]);
afterAll(() => systems.close());

const LOOK = { kind: 'next', label: 'Status', words: 'openio election status meta2 SECRET', why: 'looks' } as const;
const FLUSH = { kind: 'next', label: 'Flush', words: 'openio cache flush low', why: 'changes' } as const;
const view: View = { title: 'Two masters', tone: 'bad', parts: [LOOK, FLUSH] };
const ANSWERED: Request = {
  ...requestIn(finished({ kind: 'answered', view }), ['meta2', 'SECRET']),
  ...{ kind: 'query', operation: 'openio election diagnose', place: { channel: 'C0INC42', thread: '9.000001' } },
};
const PRIVATE: Request = { ...ANSWERED, isPrivate: true };
const AT_HOME: Request = { ...PRIVATE, place: { channel: 'U0ANA' } };

const DM = { channel: 'D0ANA', ts: '7.000001' };
const IN_CHANNEL = { channel: 'C0INC42', ts: '8.000001' };

interface Scene {
  /** The request when its message was drawn, where it has moved since. */
  readonly drawn?: Request;
  readonly request: Request;
  /** The message that is kept as the request's own; null: none is. */
  readonly own: { readonly channel: string; readonly ts: string; readonly refused?: string } | null;
  /** Where the click was. */
  readonly at: { readonly channel: string; readonly ts: string };
  /** Instead of the button's own. */
  readonly action?: string;
}

async function press(
  button: { readonly label: string; readonly words: string },
  { request, own, at, ...scene }: Scene,
) {
  const opened: Asking[] = [];
  const redrawn: string[] = [];
  const deps = {
    clusters,
    store: { load: async () => request },
    redraws: {
      message: async () => own && { revision: 3, files: [], ...own },
      due: async (id: string) => void redrawn.push(id),
    },
    requests: {
      open: async (asking: Asking) => {
        opened.push(asking);
        return { ok: true, request };
      },
    },
    onError: (error: unknown) => {
      throw error;
    },
  };
  const click = {
    action: scene.action ?? actionOf(scene.drawn ?? request, button.label),
    request: request.id,
    user: 'U0ANA',
    delivery: 'click',
    ...at,
  };
  const answer = await handleClick(deps as unknown as ButtonDeps, click satisfies Click);
  const [asked] = opened;
  return {
    said: answer.kind === 'whisper' ? JSON.stringify(answer.view) : answer.kind,
    redrawn,
    words: asked && [asked.operation.name, ...asked.words].join(' '),
    asked: asked && { operation: asked.operation.name, place: asked.place, isPrivate: asked.audience?.isPrivate },
  };
}

const EXTRA = { partial: null, approvers: 'nobody', cluster: null };

/** Of the button as it is drawn. */
function actionOf(request: Request, label: string): string {
  return buttonsOf(drawRequest(request, EXTRA).blocks).find(([text]) => text === label)?.[1] ?? '';
}

function buttonsOf(blocks: readonly KnownBlock[]) {
  const elements = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
  return elements.flatMap((one) => (one.type === 'button' ? [[one.text.text, one.action_id ?? ''] as const] : []));
}

const place = ANSWERED.place;
const status = 'openio election status';
const flush = 'openio cache flush';

test('a suggestion below a private answer is asked privately, of where the first one was asked', async () => {
  const { said, asked } = await press(LOOK, { request: PRIVATE, own: DM, at: DM });
  expect(said).toBe('taken');
  expect(asked).toEqual({ operation: status, place, isPrivate: true });
});

test('what was private stays so where its message is not known any more', async () => {
  const { asked } = await press(LOOK, { request: PRIVATE, own: null, at: DM });
  expect(asked).toEqual({ operation: status, place, isPrivate: true });
});

test('a change that a private answer suggests is asked where others see it', async () => {
  const { asked } = await press(FLUSH, { request: PRIVATE, own: DM, at: DM });
  expect(asked).toEqual({ operation: flush, place, isPrivate: false });
});

test('asked in the Home tab there is no such place: the change is refused, the query is private', async () => {
  const refused = await press(FLUSH, { request: AT_HOME, own: DM, at: DM });
  expect(refused.said).toContain('A change is asked in a channel');
  expect(refused.asked).toBeUndefined();
  const { asked } = await press(LOOK, { request: AT_HOME, own: DM, at: DM });
  expect(asked).toEqual({ operation: status, place: { channel: 'U0ANA' }, isPrivate: true });
});

test.each([LOOK, FLUSH])('below a displaced answer, $label is asked where the first one was asked', async (button) => {
  const own = { ...DM, refused: 'not_in_channel' };
  const { asked } = await press(button, { request: ANSWERED, own, at: DM });
  expect(asked).toMatchObject({ place, isPrivate: false });
});

test('below an answer that everybody sees, shared ones too, it is asked where the button is', async () => {
  const here = await press(LOOK, { request: ANSWERED, own: IN_CHANNEL, at: IN_CHANNEL });
  expect(here.asked).toEqual({ operation: status, place: { channel: 'C0INC42' }, isPrivate: false });
  const copy = await press(FLUSH, { request: AT_HOME, own: DM, at: { channel: 'C0STORAGE', ts: '8.5' } });
  expect(copy.asked).toEqual({ operation: flush, place: { channel: 'C0STORAGE' }, isPrivate: false });
});

describe('a message that is older than its record', () => {
  const steps = [{ target: 't', status: 'unknown', text: 'no answer' }] as const;
  const doubt = { kind: 'uncertain', steps, findings: [], view } as const;
  const drawn = requestIn(finished(doubt));
  const cleared = requestIn(finished({ ...doubt, clearedBy: 'R1' }));
  const scene = { drawn, request: cleared, own: IN_CHANNEL, at: IN_CHANNEL };
  const clear = { label: 'Clear', words: `ops clear ${drawn.id}` };

  test('runs what its button says', async () => {
    expect((await press(clear, { ...scene, request: drawn })).words).toBe(clear.words);
    expect((await press(LOOK, scene)).words).toBe(LOOK.words);
    expect((await press(FLUSH, scene)).words).toBe(FLUSH.words);
  });

  test('runs nothing where that is not suggested any more, and is drawn again', async () => {
    const { said, asked, redrawn } = await press(clear, scene);
    expect(said).toContain('This message has changed');
    expect(asked).toBeUndefined();
    expect(redrawn).toEqual([drawn.id]);
  });

  test('runs nothing where an older version drew it', async () => {
    const { said, asked, redrawn } = await press(LOOK, { ...scene, action: 'next_result_0' });
    expect(said).toContain('This message has changed');
    expect([asked, redrawn]).toEqual([undefined, [drawn.id]]);
  });

  test('knows its words where several clusters have each named since', async () => {
    const { blocks } = drawRequest(drawn, { ...EXTRA, cluster: { name: 'default', production: true } });
    const action = buttonsOf(blocks).find(([label]) => label === LOOK.label)?.[1] ?? '';
    expect(action).not.toBe(actionOf(drawn, LOOK.label));
    expect((await press(LOOK, { ...scene, action })).words).toBe(LOOK.words);
  });
});
