import fc from 'fast-check';
import { checkMessage, checkView } from '../../sandbox/slack/check';
import { reasonForm } from '../../src/bot/forms/reasons';
import { shareForm } from '../../src/bot/forms/share-form';
import { drawRequest } from '../../src/bot/message/message';
import { drawSaid } from '../../src/bot/view/blocks';
import type { View } from '../../src/handlers/view';
import type { Request, State } from '../../src/jobs/request/request';
import { spillView, wholeText } from '../../src/jobs/store/attachments';
import { type Dispenser, dispenser, hostile, hostileView } from '../support/hostile';
import { drawnAlive, live, liveInMrkdwn } from '../support/live';
import { decided, finished, requestIn } from '../support/records';

/** A hundred thousand strings that mean harm, through everything that becomes a message. */
const STRINGS = 100_000;
const LINK = 'https://team.slack.com/archives/C1/p1700000000000100';
/** What our own code makes live, as blocks hold it and as the page draws it. */
const OURS = new Set([
  ...['U0ANA', 'U0BEN', '@U0ANA', '@U0BEN', '@@U0ANA', 'C1', '#C1', 'C2', '#C2', '@U0CHO', 'U0CHO'],
  ...[LINK, `${LINK}|The first message`],
]);

function statesOf(view: View, next: Dispenser['next']): readonly State[] {
  const proposed = { ...decided(view).proposed, procedure: [next(), next()] };
  const known = { proposed, approvals: [{ by: 'U0BEN', at: 1 }] };
  const steps = [1, 2].map(() => ({ target: next(), status: 'done', text: next() }) as const);
  const findings = [{ target: next(), verdict: 'unverifiable', text: next() }] as const;
  const held = { by: 'U0CHO', at: 1, why: next(), releases: [] };
  const second = { kind: 'made', view } as const;
  return [
    { kind: 'planned', expiresAt: 5, ...known, held },
    { kind: 'running', startedAt: 1, steppedAt: 2, fence: 1, steps, ...known },
    { kind: 'denied', by: 'U0BEN', at: 5, reason: next(), ...known },
    { kind: 'expired', at: 5, ...known },
    finished({ kind: 'answered', view }, { recheck: second }),
    finished({ kind: 'stale', why: next(), view }, { decided: known }),
    finished({ kind: 'refused', why: next() }, { decided: known }),
    finished({ kind: 'uncertain', steps, findings, view }, { decided: known, startedAt: 2, recheck: second }),
  ];
}

const shares = (next: Dispenser['next']) =>
  Array.from({ length: 10 }, (_, at) => ({
    ...{ channel: at % 2 === 0 ? 'C2' : `#${next()}`, by: 'U0BEN', at: 1 },
    ...(at > 5 && { refused: next() }),
  }));

function expectHarmless(what: { readonly blocks: readonly unknown[]; readonly text: string }): void {
  expect(checkMessage(what.blocks, what.text)).toEqual([]);
  expect([...live(what.blocks), ...drawnAlive(what.blocks)].filter((one) => !OURS.has(one))).toEqual([]);
  expect(liveInMrkdwn(what.text)).toEqual([]);
}

/** A cell that a spreadsheet would run. Signed numbers are numbers. */
const RUNS = /^(?:[=@\t\r\n\uff1d\uff0b\uff0d\uff20]|[+-](?!\d+(?:[.,]\d+)*(?:e[+-]?\d+)?%?$))/i;

test('a hundred thousand hostile strings ping nobody, link nowhere, and are refused by nobody', () => {
  const given = dispenser(fc.sample(hostile, { numRuns: STRINGS, seed: 7 }));
  for (let round = 0; given.used() < STRINGS; round++) {
    const view = hostileView(given, round % 41);
    const { view: kept, attachments } = spillView(view);
    const words = given.many(round % 4);
    for (const state of statesOf(kept, given.next)) {
      const request: Request = {
        ...requestIn(state, words),
        ...(round % 3 === 0 && { shares: shares(given.next) }),
        ...(round % 5 === 0 && { isPrivate: true }),
      };
      const cluster = round % 2 === 0 ? { name: given.next().slice(0, 40), production: round % 4 === 0 } : null;
      const copy = { share: { channel: 'C2', by: 'U0CHO', at: 1 }, link: LINK };
      const extra = { partial: null, approvers: given.next(), cluster };
      expectHarmless(drawRequest(request, extra));
      if (round % 3 === 0) expectHarmless(drawRequest(request, { ...extra, copy }));
      expect(checkView(reasonForm(request, 'deny'))).toEqual([]);
      expect(checkView(shareForm(request))).toEqual([]);
    }
    expectHarmless(drawSaid(view));
    for (const { part } of attachments) {
      if (part.kind === 'table') expect(cellsOf(wholeText(part)).filter((cell) => RUNS.test(cell))).toEqual([]);
    }
  }
  expect(given.used()).toBeGreaterThanOrEqual(STRINGS);
}, 300_000);

test('a cell that a spreadsheet would run is text, and a number stays one', () => {
  const rows = [['=1+1'], ['+1'], ['-5'], ['-1+2'], ['+3.5%'], ['@SUM(A1)'], ['\t=1'], ['＝1'], ['a=b'], ['"=1"']];
  const csv = wholeText({ kind: 'table', name: 't.csv', head: ['=head'], rows });
  expect(cellsOf(csv)).toEqual([
    ...["'=head", "'=1+1", '+1', '-5', "'-1+2", '+3.5%', "'@SUM(A1)", "'\t=1", "'＝1", 'a=b', '"=1"'],
  ]);
});

/** By a reader of its own: RFC 4180. */
function cellsOf(csv: string): readonly string[] {
  return [...csv.matchAll(/(?:^|,|\r\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)]
    .map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '')
    .filter((cell, at, all) => cell !== '' || at < all.length - 1);
}
