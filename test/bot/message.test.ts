import { drawRequest } from '../../src/bot/message/message';
import type { View } from '../../src/handlers/view';
import type { Request, State } from '../../src/jobs/request/request';
import { drawnAlive, liveInMrkdwn } from '../support/live';
import { decided, finished, requestIn } from '../support/records';

const view: View = { title: 'Two servers are gone', tone: 'good', parts: [{ kind: 'text', text: 'details' }] };
const extra = { partial: null, approvers: 'nobody', cluster: null };
const query = (request: Request): Request => ({ ...request, kind: 'query' });
const answered = { kind: 'answered', view } as const;
const done = { kind: 'succeeded', steps: [], findings: [], view } as const;

const blocksOf = (request: Request) => drawRequest(request, extra).blocks;
const footerOf = (request: Request) => JSON.stringify(blocksOf(request).at(-1));
const labelsOf = (request: Request) =>
  blocksOf(request).flatMap((block) =>
    block.type === 'actions' ? block.elements.flatMap((one) => (one.type === 'button' ? [one.text.text] : [])) : [],
  );

test('what happened stands first, details follow, who and how long comes last', () => {
  const [first, second] = blocksOf(query(requestIn(finished(answered))));
  expect(JSON.stringify(first)).toContain('✔ Two servers are gone');
  expect(JSON.stringify(second)).toContain('details');
  expect(footerOf(query(requestIn(finished(answered))))).toContain('Asked by <@U0ANA>, took 12 s. Request R7K2M9QF');
});

test('a change says who approved it, and how long it took from its start', () => {
  const approvals = ['U0BEN', 'U0CHO', 'U0DAN'].map((by) => ({ by, at: 1 }));
  const state = finished(done, { startedAt: 12_001, decided: { ...decided(view), approvals } });
  expect(footerOf(requestIn(state))).toContain(
    'Asked by <@U0ANA>, approved by <@U0BEN>, <@U0CHO> and <@U0DAN>, took 0.4 s. Request R7K2M9QF, fingerprint ffff',
  );
});

test('waiting for people is not counted as work', () => {
  const state = finished({ kind: 'refused', why: 'busy' }, { decided: decided(view) });
  expect(footerOf(requestIn(state))).not.toContain('took');
});

test('a query can be run again, a change planned again; not where the result offers that command itself', () => {
  expect(labelsOf(query(requestIn(finished(answered))))).toContain('Run again');
  expect(labelsOf(requestIn(finished(done)))).toContain('Plan again');
  const offer = { kind: 'next', label: 'Try again', words: 'palm purge x', why: 'it may pass' } as const;
  const failed = { kind: 'failed', steps: [], findings: [], view: { ...view, parts: [offer] } } as const;
  expect(labelsOf(requestIn(finished(failed)))).not.toContain('Plan again');
});

test('an address in small print does not become a link', () => {
  const state = finished({ kind: 'refused', why: 'see http://evil.example' }, { decided: decided(view) });
  const drawn = drawRequest(requestIn(state), { ...extra, approvers: 'http://evil.example' });
  expect(drawn.text).not.toContain('http://');
});

test('breaking the glass is the first thing anybody reads, with who and why', () => {
  const broken: Request = { ...requestIn(finished(done)), breakGlass: 'the registry is down' };
  const { blocks, text } = drawRequest(broken, { ...extra, cluster: { name: 'eu', production: true } });
  expect(text).toMatch(/^◆ PRODUCTION eu · ⚠ BREAK-GLASS · /);
  expect(JSON.stringify(blocks[0])).toContain('◆ PRODUCTION eu · ⚠ BREAK-GLASS · ');
  expect(JSON.stringify(blocks[1])).toMatch(/U0ANA.*although it may be frozen\. Reason: the registry is down/);
});

test('what is missing counts people and groups', () => {
  const { proposed } = decided(view);
  const fromGroups = [{ groups: ['S0STO', 'S0PLA'], least: 2 }];
  const approvals = [
    { by: 'U0BEN', at: 1, groups: ['S0STO'] },
    { by: 'U0CHO', at: 2, groups: ['S0STO'] },
  ];
  const waiting: State = { kind: 'planned', expiresAt: 5, proposed: { ...proposed, fromGroups }, approvals };
  const said = JSON.stringify(blocksOf(requestIn(waiting)));
  expect(said).toContain('Needs 1 approval by');
  expect(said).toContain('Approved by (2 of 3)');
  expect(said).toContain('From at least 2 of these groups');
});

test('a change that never began can be shared and had as data; what was not refused can be planned again', () => {
  const ends = { by: 'U0BEN', at: 5, ...decided(view) };
  expect(labelsOf(requestIn({ kind: 'denied', reason: 'no', ...ends }))).toEqual(['Share', 'Raw']);
  expect(labelsOf(requestIn({ kind: 'withdrawn', ...ends }))).toEqual(['Plan again', 'Share', 'Raw']);
  expect(labelsOf(requestIn({ kind: 'expired', at: 5, ...decided(view) }))).toEqual(['Plan again', 'Share', 'Raw']);
});

const titleAndTop = (state: State) => {
  const { blocks, text } = drawRequest(requestIn(state), extra);
  return { text, top: JSON.stringify(blocks.slice(0, 4)) };
};

test('a doubt stands in the title and right below it, in the words of whoever has it', () => {
  const held = { by: 'U0CHO', at: 1_000, why: 'is this *not* the one we need?', releases: [] };
  const { text, top } = titleAndTop({ kind: 'planned', expiresAt: 5, held, ...decided(view) });
  expect(text).toMatch(/^HELD · /);
  expect(top).toMatch(
    /HELD · .*Held by .*U0CHO.*rich_text_quote.*is this \*not\* the one we need\?.*Nobody can approve/,
  );
  expect(top).not.toContain('"context"');
});

test('a preview of what was not done says so first, and why', () => {
  const denied = titleAndTop({ kind: 'denied', by: 'U0BEN', at: 5, reason: 'it is alive', ...decided(view) });
  expect(denied.text).toMatch(/^DENIED · /);
  expect(denied.top).toMatch(/DENIED · .*Denied by .*U0BEN.*Nothing was run.*Why:.*rich_text_quote.*it is alive/);
  expect(titleAndTop({ kind: 'expired', at: 5, ...decided(view) }).top).toMatch(/EXPIRED · .*fresh preview/);
});

const doubt = { kind: 'uncertain', steps: [], findings: [], view } as const;
const targets = [
  { key: 'palm/servers/a', label: 'server a' },
  { key: 'palm/servers/b', label: 'server b' },
];
const finding = (target: string, verdict: 'confirmed' | 'unverifiable') => ({ target, verdict, text: '' });
const findings = [finding('palm/servers/a', 'confirmed'), finding('palm/servers/b', 'unverifiable')];
const doubted = { ...decided(view), proposed: { ...decided(view).proposed, targets } };

test('doubt says what is locked, what to look at and how to free it; nothing is planned again meanwhile', () => {
  const again = { kind: 'next', label: 'Try again', words: 'palm purge x', why: '' } as const;
  const outcome = { ...doubt, findings, view: { ...view, parts: [again] } };
  const request = requestIn(finished(outcome, { decided: doubted }));
  const { text, top } = titleAndTop(request.state);
  expect(text).toMatch(/^UNCERTAIN · /);
  expect(top).toMatch(/UNCERTAIN · .*Locked.*server a, server b\. Look at server b first/);
  expect(labelsOf(request)).toEqual(['Clear', 'Share', 'Raw']);
  expect(JSON.stringify(blocksOf(request))).toContain('/ops clear R7K2M9QF');
});

test('doubt about nothing in particular is doubt about all of it', () => {
  const { top } = titleAndTop(finished(doubt, { decided: doubted }));
  expect(top).toContain('Look at server a, server b first');
});

test('once it is cleared, it says who did and can be planned again', () => {
  const request = requestIn(finished({ ...doubt, clearedBy: 'R0CLEAR' }, { decided: doubted }));
  expect(titleAndTop(request.state).top).toMatch(/UNCERTAIN · .*Request R0CLEAR cleared it/);
  expect(labelsOf(request)).toEqual(['Plan again', 'Share', 'Raw']);
});

test.each(['partial', 'failed'] as const)('a change that ended %s says so in its title', (kind) => {
  expect(titleAndTop(finished({ ...done, kind }, { decided: decided(view) })).text).toMatch(
    new RegExp(`^${kind.toUpperCase()} · `),
  );
  expect(titleAndTop(finished({ ...done, kind })).text).not.toContain(kind.toUpperCase());
});

test('what is approved says so first, and by whom', () => {
  const { text, top } = titleAndTop({ kind: 'approved', expiresAt: 5, ...decided(view) });
  expect(text).toMatch(/^APPROVED · /);
  expect(top).toMatch(/APPROVED · .*Approved by .*U0BEN/);
});

test.each([
  ['unchanged', /^Nothing to do · /],
  ['refused', /Refused: nothing was run · /],
  ['stale', /Stale: nothing was written · /],
] as const)('an end that is %s names the change', (kind, first) => {
  const decidedOn = titleAndTop(finished({ kind, why: 'so', view }, { decided: decided(view) })).text;
  expect(decidedOn).toMatch(first);
  expect(decidedOn).toContain('· Two servers are gone');
  expect(titleAndTop(finished({ kind, why: 'so', view })).text).toContain('· /palm purge x');
});

test('how long it runs is counted by Slack, as it is read', () => {
  const began = { startedAt: 60_000, steppedAt: 83_000, fence: 1, steps: [] };
  const said = JSON.stringify(blocksOf(requestIn({ kind: 'running', ...began, ...decided(view) })));
  expect(said).toMatch(/"type":"date","timestamp":60,"format":"[^"]*\{ago\}/);
  expect(said).toContain('0/1 done. Running since ');
  expect(said).toContain('. Now 1/1: copying to 127.0.0.2:6024 …');
});

test('a reason that is too long for a card says where the whole of it is', () => {
  const said = titleAndTop({ kind: 'denied', by: 'U0BEN', at: 5, reason: 'x'.repeat(3_000), ...decided(view) });
  expect(said.top).toMatch(/xxx…\\nAll of it: \/ops request R7K2M9QF/);
});

test.each(['ceo@evil.example', 'mailto:ceo@evil.example', 'evil.example', 'README.md', 'www.evil.example'])(
  'Slack makes no link of %s, wherever it stands',
  (address) => {
    const held = { by: 'U0CHO', at: 1, why: address, releases: [] };
    const proposed = { ...decided({ ...view, title: address }).proposed, undo: address };
    const states: State[] = [
      { kind: 'planned', expiresAt: 5, held, proposed, approvals: [] },
      { kind: 'denied', by: 'U0BEN', at: 5, reason: address, proposed, approvals: [] },
      finished({ kind: 'refused', why: ['see ', { user: 'U0BEN' }, address] }, { decided: decided(view) }),
    ];
    for (const state of states) {
      const approvers = ['ask ', { user: 'U0BEN' }, ` or ${address}`];
      const { blocks, text } = drawRequest(requestIn(state, [address]), { ...extra, approvers });
      expect(drawnAlive(blocks).filter((one) => !one.startsWith('@U0'))).toEqual([]);
      expect(liveInMrkdwn(text)).toEqual([]);
      expect(JSON.stringify(blocks)).not.toMatch(/"type":"mrkdwn"(?![^}]*"verbatim":true)/);
    }
  },
);

test('the pretend Slack makes links of such addresses where it is not told otherwise', () => {
  const block = (verbatim: boolean) => [
    { type: 'context', elements: [{ type: 'mrkdwn', text: 'ceo@evil.example, README.md, 10.0.0.1', verbatim }] },
  ];
  expect(drawnAlive(block(false))).toEqual(['mailto:ceo@evil.example', 'http://README.md']);
  expect(drawnAlive(block(true))).toEqual([]);
});
