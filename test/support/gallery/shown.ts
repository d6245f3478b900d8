import type { KnownBlock } from '@slack/types';
import { commandForm } from '../../../src/bot/forms/ask';
import { codeForm } from '../../../src/bot/forms/code-form';
import { reasonForm } from '../../../src/bot/forms/reasons';
import { shareForm } from '../../../src/bot/forms/share-form';
import { postHere } from '../../../src/bot/message/results';
import { noticeText } from '../../../src/bot/message/waiting';
import { notConfirmed, ONLY_YOU, refusal } from '../../../src/bot/receive/commands';
import { drawSaid } from '../../../src/bot/view/blocks';
import { section } from '../../../src/bot/view/canvas';
import { mrkdwn, richElements } from '../../../src/bot/view/rich';
import type { Proposal, Step } from '../../../src/handlers/operation';
import { understand } from '../../../src/handlers/understand';
import type { View } from '../../../src/handlers/view';
import type { Outcome, Performed, State, Waiting } from '../../../src/jobs/request/request';
import { elsewhere } from './elsewhere';
import { queries } from './queries';
import {
  ANA,
  ASKED,
  BEN,
  CHO,
  decided,
  type Entries,
  ended,
  HERE,
  message,
  PURGE,
  request,
  type Shown,
} from './records';
import type { Stage } from './stage';

/** The pictures by the id of their kind. */
export async function shown(stage: Stage): Promise<ReadonlyMap<string, Shown>> {
  const inSlack = [...queries(stage), ...waiting(stage), ...running(stage), ...whispers(stage), ...forms(stage)];
  return new Map([...inSlack, ...(await elsewhere(stage))]);
}

function waiting({ purge, reset }: Stage): Entries {
  const open = { kind: 'planned', expiresAt: ASKED + 15 * 60_000, ...decided(purge, []) } as const;
  const held: Waiting = {
    ...open,
    held: { by: CHO, at: ASKED + 40_000, why: 'Is this not the one we need?', releases: [] },
  };
  const first = { ...open, ...decided(reset, [BEN]) };
  const closed = (kind: 'denied' | 'withdrawn', by: string, said: { reason?: string } = {}): State => ({
    ...{ kind, by, at: ASKED + 60_000, ...decided(purge, []) },
    ...said,
  });
  const production = { name: 'prod-eu', production: true };
  const asked = request({ ...PURGE, state: open });
  const notice = (kind: 'call' | 'reminder') =>
    thread(noticeText(asked, open, { kind, callable: { kind: 'people', people: [BEN, CHO] }, mark: '' }));
  return [
    ['planned', message(asked)],
    ['production', message(request({ command: 'palm reset', kind: 'change', state: first }), { cluster: production })],
    ['held', message(request({ ...PURGE, state: held }))],
    ['call', notice('call')],
    ['reminder', notice('reminder')],
    ['denied', message(request({ ...PURGE, state: closed('denied', BEN, { reason: 'It is still in use.' }) }))],
    ['withdrawn', message(request({ ...PURGE, state: closed('withdrawn', ANA) }))],
    [
      'expired',
      message(request({ ...PURGE, state: { kind: 'expired', at: ASKED + 15 * 60_000, ...decided(purge, []) } })),
    ],
  ];
}

function thread(text: Parameters<typeof mrkdwn>[0]): Shown {
  const blocks: readonly KnownBlock[] = [section(richElements(text))];
  return { kind: 'message', drawing: { text: mrkdwn(text), blocks, files: [] } };
}

const PEERS = ['127.0.0.2:6024', '127.0.0.3:6025'];
const MOVE = ['asking every peer', `copying to ${PEERS[0]}`, 'linking the copy', `leaving ${PEERS[1]}`, 'reading back'];

function running({ purge }: Stage): Entries {
  const one = { startedAt: ASKED + 61_000, decided: decided(purge, [BEN]), at: ASKED + 61_900 };
  const target = purge.targets[0]?.key ?? '';
  const ending = (
    kind: Performed['kind'],
    status: Step['status'],
    verdict: 'confirmed' | 'contradicted' | 'unverifiable',
  ) => {
    const steps = [{ target, status, text: TEXTS[status] }];
    const findings = [{ target, verdict, text: VERDICTS[verdict] }];
    return { kind, steps, findings, view: purge.render(steps, findings, 'R7K2M9QF') } as const;
  };
  const at = (outcome: Outcome, more = {}) =>
    message(request({ ...PURGE, state: ended(outcome, { ...one, ...more }) }));
  const second: View = {
    title: 'A minute later',
    tone: 'good',
    parts: [{ kind: 'text', text: 'Nothing has registered again under this key.' }],
  };
  const differences = [
    ['servers[0].pid', '4749', '5122'],
    ['servers[0].when', '11:28:59', '11:41:02'],
  ];
  const stale: View = {
    title: 'Stale',
    tone: 'warning',
    parts: [
      { kind: 'table', name: 'differences.csv', head: ['What', 'Approved', 'Now'], rows: differences },
      { kind: 'next', label: 'Plan again', words: PURGE.command, why: 'reads the target as it is now' },
    ],
  };
  return [
    [
      'approved',
      message(request({ ...PURGE, state: { kind: 'approved', expiresAt: ASKED + 1_000_000, ...one.decided } })),
    ],
    ['running', runningMove(purge)],
    ['succeeded', at(ending('succeeded', 'done', 'confirmed'))],
    ['partial', at(ending('partial', 'done', 'contradicted'))],
    ['failed', at(ending('failed', 'failed', 'contradicted'))],
    ['uncertain', at(ending('uncertain', 'unknown', 'unverifiable'))],
    ['rechecked', at(ending('succeeded', 'done', 'confirmed'), { recheck: { kind: 'made', view: second } })],
    [
      'stale',
      at({ kind: 'stale', why: 'The target is not what was approved any more. Nothing was written.', view: stale }),
    ],
    ['unchanged', at({ kind: 'unchanged', why: 'There is no such key. Look with /palm servers.' }, NOTHING)],
    [
      'refused',
      at(
        {
          kind: 'refused',
          why: ['palm/servers is held by request R42QHD1P, asked by ', { user: CHO }, '. Nothing was run.'],
        },
        { startedAt: null },
      ),
    ],
  ];
}

const NOTHING = { startedAt: null, decided: null };
const TEXTS = {
  done: 'deleted',
  skipped: 'left alone',
  failed: 'etcd refused it',
  unknown: 'the answer was lost',
} as const;
const VERDICTS = {
  confirmed: 'it is gone',
  contradicted: 'it is there',
  unverifiable: 'it could not be read back',
} as const;

function runningMove(purge: Proposal): Shown {
  const move = {
    ...purge,
    procedure: MOVE,
    preview: { ...purge.preview, title: 'Move the base of cnt2 off 127.0.0.3:6025' },
  };
  const steps = MOVE.slice(0, 3).map((text, nth) => ({ target: PEERS[nth % 2] ?? '', status: 'done', text }) as const);
  const began = { startedAt: ASKED, steppedAt: ASKED + 23_000, fence: 9 };
  const asked = { command: 'openio base move meta2 cnt2', kind: 'change' } as const;
  return message(request({ ...asked, state: { kind: 'running', ...began, steps, ...decided(move, [BEN]) } }));
}

function whispers({ clusters }: Stage): Entries {
  const said = (view: View): Shown => ({ kind: 'only you', drawing: drawSaid(view) });
  const typed = (command: string): Shown => {
    const understood = understand(clusters, { words: command.split(' '), channel: HERE });
    if (understood.kind !== 'said') throw new Error(`${command} is a command`);
    return said(understood.view);
  };
  const own = 'You asked for R7K2M9QF yourself, so somebody else must approve it. You can withdraw it.';
  const only = drawSaid(ONLY_YOU);
  const here = postHere(request({ command: 'palm servers', kind: 'query', state: { kind: 'queued' } }));
  return [
    ['help', typed('palm help purge')],
    ['misspelt', typed('palm purg e5cd88f7')],
    ['misused', typed('palm servers --hots 10.0.0.1')],
    ['not-counted', said(refusal(own))],
    ['not-confirmed', said(notConfirmed('palm purge'))],
    ['only-you', { kind: 'only you', drawing: { ...only, blocks: [...only.blocks, here] } }],
  ];
}

function forms({ clusters, purge, reset }: Stage): Entries {
  const open = (proposal: Proposal) =>
    request({ ...PURGE, state: { kind: 'planned', expiresAt: ASKED + 900_000, ...decided(proposal, []) } });
  const ask = commandForm(clusters, { system: 'palm', text: '', channel: HERE });
  if (!ask) throw new Error('/palm alone opens a form');
  return [
    ['form-ask', { kind: 'form', view: ask }],
    ['form-deny', { kind: 'form', view: reasonForm(open(purge), 'deny') }],
    ['form-code', { kind: 'form', view: codeForm(open(reset)) }],
    ['form-share', { kind: 'form', view: shareForm(open(purge)) }],
  ];
}
