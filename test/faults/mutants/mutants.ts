import type { Invariant } from '../checker/facts';
import type { Patch } from '../patch';
import { EXPIRES_AFTER_MS, type Phase, type Point, type Trouble } from '../schedule';

/** A planted mistake. */
export interface Mutant {
  readonly name: string;
  /** What a programmer might have got wrong. */
  readonly mistake: string;
  /** Several where one guard alone is covered by another: then all of them must be gone for harm to be done. */
  readonly patches: readonly Patch[];
  /** The promises that it breaks: what else is found is not its doing. */
  readonly breaks: readonly Invariant[];
  /** What must go wrong for the mistake to show: every round of its hunt has it, beside what its seed brings. */
  readonly certain?: readonly Trouble[];
}

const killed = (point: Point, phase: Phase, nth = 1): Trouble => ({
  ...{ kind: 'kill at', point, phase, nth, both: false, backAfter: 0 },
});
const frozen = (point: Point, phase: Phase, { ms = 1_500, both = false } = {}): Trouble => ({
  ...{ kind: 'freeze at', point, phase, nth: 1, both, ms },
});
const lost = (point: Point, nth = 1): Trouble => ({ kind: 'lose at', point, phase: 'sent', nth });
const ANSWERS_LOST: Trouble = { kind: 'lose answers', of: 'etcd', at: 150, ms: 3_000 };
const GROUPS_UNKNOWN: Trouble = { kind: 'slack', what: 'groups unknown', at: 150, ms: 2_500 };

const CLAIMS = 'src/jobs/request/claims.ts';
const LIFECYCLE = 'src/jobs/request/lifecycle.ts';
const POLICY = 'src/jobs/rules/policy.ts';
const COMMIT = 'src/jobs/store/commit.ts';
const PERFORM = 'src/jobs/work/perform.ts';
const QUEUE = 'src/jobs/work/queue.ts';
const WORKER = 'src/jobs/work/worker.ts';
const WRITER = 'src/jobs/store/writer.ts';
const SWEEP = 'src/jobs/work/sweep.ts';
const PURGE = 'src/handlers/palm/purge.ts';
const WRITE = 'src/backends/palm/v3-write.ts';
const APP = 'src/bot/app.ts';

const SELF_DECIDES: Patch = {
  file: POLICY,
  find: 'if (by === request.requester) return { rule:',
  replace: 'if (by === "") return { rule:',
};
const SELF_COUNTS: Patch = { file: POLICY, find: 'people.delete(requester);', replace: '' };
const SAME_DECIDES: Patch = {
  file: POLICY,
  find: 'approvals.some((approval) => approval.by === by)',
  replace: 'approvals.length < 0',
};
const SAME_COUNTS: Patch = { file: POLICY, find: '[approval.by, approval]', replace: '[approval.at, approval]' };
const NO_SEAL: Patch = {
  file: PERFORM,
  find: 'return proposal.seal(contextOf(work, request.id))',
  replace: 'return Promise.resolve(true)',
};
const UNSEALED_IS_SAFE: Patch = {
  file: PURGE,
  find: "return { verdict: 'unverifiable', text: 'still there, unchanged' };",
  replace: "return { verdict: 'contradicted', text: 'still there, unchanged' };",
};
const NO_LOOK: Patch = {
  file: WRITE,
  find: "if (before.receipt !== 'none' || !before.entry || !matches(before.entry, guard))",
  replace: 'if (!before.entry)',
};
const NO_COMPARE: Patch = {
  file: WRITE,
  find: 'value: before.entry.bytes },\n    ],',
  replace: 'value: before.entry.bytes },\n    ].slice(2),',
};
const NO_RECEIPT_COMPARE: Patch = {
  file: WRITE,
  find: 'compare: [...compare, absent(receipt)]',
  replace: 'compare: [...compare]',
};
const NOT_AT: Patch = {
  file: PERFORM,
  find: 'if (!(await work.store.isAt(request.id, revision)))',
  replace: 'if (revision < 0)',
};

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'lock not looked at',
    mistake: 'the script takes locks without looking whether somebody holds them',
    breaks: ['locks'],
    patches: [
      { file: COMMIT, find: 'if below(target, held[at]) or below(held[at], target) then', replace: 'if false then' },
    ],
  },
  {
    name: 'lock not taken',
    mistake: 'a change starts without asking for its locks',
    breaks: ['locks'],
    patches: [{ file: CLAIMS, find: 'claim: onCluster([...targets, ...pools]),', replace: 'claim: [],' }],
  },
  {
    name: 'lock kept',
    mistake: 'the locks are not given back at the end',
    breaks: ['locks'],
    patches: [{ file: LIFECYCLE, find: "release: outcome.kind !== 'uncertain',", replace: 'release: false,' }],
  },
  {
    name: 'doubt releases',
    mistake: 'the locks are given back although nobody knows how it ended',
    breaks: ['locks'],
    certain: [ANSWERS_LOST],
    patches: [{ file: LIFECYCLE, find: "release: outcome.kind !== 'uncertain',", replace: 'release: true,' }],
  },
  {
    name: 'fingerprint not compared',
    mistake: 'what is planned under the lock is done, whatever was approved',
    breaks: ['as approved'],
    patches: [
      { file: PERFORM, find: 'fingerprintOf(request, now.plan.plan) !== proposed.fingerprint', replace: 'false' },
    ],
  },
  {
    name: 'approvals in memory',
    mistake: 'approvals are counted in the process that got the click',
    breaks: ['chain', 'works', 'ends'],
    patches: [
      {
        file: LIFECYCLE,
        find: 'const approvals = countedApprovals(request, [...state.approvals, voted], standing);',
        replace:
          'const memory = (globalThis.memory ??= new Map()); const approvals = countedApprovals(request, [...(memory.get(request.id) ?? []), voted], standing); memory.set(request.id, approvals);',
      },
    ],
  },
  {
    name: 'own approval taken',
    mistake: 'the requester may press Approve',
    breaks: ['chain'],
    patches: [SELF_DECIDES],
  },
  {
    name: 'own approval counted',
    mistake: 'the requester may press Approve, and the start counts it as well',
    breaks: ['quorum', 'chain'],
    patches: [SELF_DECIDES, SELF_COUNTS],
  },
  {
    name: 'same person taken twice',
    mistake: 'a second approval of the same person is taken',
    breaks: ['chain'],
    patches: [SAME_DECIDES],
  },
  {
    name: 'same person counted twice',
    mistake: 'a second approval of the same person is taken, and the start counts it as well',
    breaks: ['quorum', 'chain'],
    patches: [SAME_DECIDES, SAME_COUNTS],
  },
  {
    name: 'stranger counted',
    mistake: 'somebody on no list of approvers may approve',
    breaks: ['quorum', 'chain'],
    patches: [
      {
        file: 'src/jobs/rules/who.ts',
        find: "return lists.includes(null) ? 'unknown' : 'no';",
        replace: "return lists.includes(null) ? 'unknown' : 'yes';",
      },
    ],
  },
  {
    name: 'unknown is yes',
    mistake: 'while Slack does not say who is in a group, everybody is',
    breaks: ['quorum', 'chain'],
    certain: [GROUPS_UNKNOWN],
    patches: [
      {
        file: 'src/jobs/rules/who.ts',
        find: "return on.includes('unknown') ? 'unknown' : 'yes';",
        replace: "return 'yes';",
      },
    ],
  },
  {
    name: 'one approval less',
    mistake: 'a comparison is off by one',
    breaks: ['quorum', 'chain'],
    patches: [
      { file: 'src/jobs/rules/quorum.ts', find: 'needs - approvals.length', replace: 'needs - 1 - approvals.length' },
    ],
  },
  {
    name: 'hold ignored',
    mistake: 'what somebody holds can be approved',
    breaks: ['chain'],
    patches: [
      {
        file: POLICY,
        find: "if (held && (decision === 'approve' || decision === 'hold'))",
        replace: "if (held && decision === 'hold')",
      },
    ],
  },
  {
    name: 'expiry not checked on the click',
    mistake: 'a preview can be approved after its time, until the sweep comes by',
    breaks: ['chain', 'quorum'],
    patches: [{ file: POLICY, find: 'if (at > waiting.expiresAt) {', replace: 'if (at < 0) {' }],
  },
  {
    name: 'expiry not checked at the start',
    mistake: 'an approval can be used after its time: neither the start nor the sweep looks at the clock',
    breaks: ['chain', 'quorum'],
    certain: [frozen('approved', 'answered', { both: true, ms: EXPIRES_AFTER_MS + 300 })],
    patches: [
      { file: POLICY, find: 'if (at > approved.expiresAt) {', replace: 'if (at < 0) {' },
      {
        file: SWEEP,
        find: "(state.kind === 'planned' || state.kind === 'approved') && now",
        replace: "state.kind === 'planned' && now",
      },
    ],
  },
  {
    name: 'expiry by another clock',
    mistake: 'a vote is judged by the clock of the process that takes it',
    breaks: ['answered', 'chain', 'true last word'],
    patches: [
      {
        file: LIFECYCLE,
        find: 'mayDecide(request, state, vote, { standing, at: tick.at })',
        replace: 'mayDecide(request, state, vote, { standing, at: Date.now() })',
      },
    ],
  },
  {
    name: 'vote after the end of voting',
    mistake: 'a request that is approved already can still be withdrawn',
    breaks: ['chain'],
    patches: [
      {
        file: LIFECYCLE,
        find: "  (request, tick) => {\n    const { state } = request;\n    if (state.kind !== 'planned') return { ok: false, refusal: notWaiting(request) };\n    const refusal = mayDecide",
        replace:
          "  (request, tick) => {\n    const { state } = request;\n    if (state.kind !== 'planned' && state.kind !== 'approved') return { ok: false, refusal: notWaiting(request) };\n    const refusal = mayDecide",
      },
    ],
  },
  {
    name: 'denial thrown away',
    mistake: 'the reason of a denial is taken, and then nothing is done with it',
    breaks: ['answered'],
    patches: [
      { file: 'src/bot/forms/reasons.ts', find: 'if (decided.ok) return DONE;', replace: 'return DONE;' },
      {
        file: 'src/bot/forms/reasons.ts',
        find: 'await deps.requests.decide(submission.about, vote)',
        replace: "{ ok: false, refusal: { rule: 'gone', why: '' } }",
      },
    ],
  },
  {
    name: 'revision not compared',
    mistake: 'a move is written over whatever was written meanwhile',
    breaks: ['true last word', 'chain', 'once'],
    patches: [{ file: COMMIT, find: 'if revision ~= item.expected then', replace: 'if false then' }],
  },
  {
    name: 'head not compared',
    mistake: 'an audit entry is linked to what the process believes to be the newest',
    breaks: ['chain'],
    patches: [{ file: COMMIT, find: 'seq ~= batch.head.seq or hash ~= batch.head.hash or', replace: '' }],
  },
  {
    name: 'audit left out',
    mistake: 'a move is written without its audit entry when several go together',
    breaks: ['chain', 'answered'],
    patches: [
      {
        file: COMMIT,
        find: "redis.call('XADD', trail, (seq + i) .. '-1', 'entry', ARGV[3 * i])",
        replace: "if i == 1 then redis.call('XADD', trail, (seq + i) .. '-1', 'entry', ARGV[3 * i]) end",
      },
    ],
  },
  {
    name: 'time of nobody',
    mistake: 'the time in a batch is not compared with that of Redis',
    breaks: ['chain'],
    certain: [frozen('started', 'before', { both: true })],
    patches: [{ file: COMMIT, find: ' or math.abs(now - batch.at) > batch.tolerance', replace: '' }],
  },
  {
    name: 'heartbeat ignored',
    mistake: 'the sweep takes over what somebody performs just now',
    breaks: ['true last word', 'chain'],
    patches: [
      {
        file: SWEEP,
        find: "if (state.kind !== 'running' || (await deps.alive(request.id))) return;",
        replace: "if (state.kind !== 'running') return;",
      },
    ],
  },
  {
    name: 'sweep performs again',
    mistake: 'what a dead process began is done once more',
    breaks: ['once', 'chain'],
    certain: [killed('delete', 'before')],
    patches: [
      {
        file: SWEEP,
        find: 'const mayStillLand = !(await seal(deps, request, proposal));',
        replace:
          'const mayStillLand = false; for await (const _ of proposal.execute({ request: request.id, signal: AbortSignal.timeout(9_000), report: () => undefined }));',
      },
    ],
  },
  {
    name: 'write tried again',
    mistake: 'a delete whose answer was lost is sent once more, without another look',
    breaks: ['once', 'true last word'],
    certain: [ANSWERS_LOST],
    patches: [
      {
        file: PURGE,
        find: 'await palm.remove(guardOf(server), context.request, context.signal)',
        replace:
          'await palm.remove(guardOf(server), context.request, context.signal).catch(() => palm.remove(guardOf(server), context.request, context.signal))',
      },
      NO_LOOK,
    ],
  },
  {
    name: 'not read back',
    mistake: 'the outcome is what the steps say',
    breaks: ['true last word'],
    patches: [
      {
        file: PERFORM,
        find: 'const read = await proposal.verify(context)',
        replace:
          "const told = statusByTarget(steps); const read = await Promise.resolve(proposal.targets.map(({ key }) => ({ target: key, verdict: told.get(key) === 'done' ? 'confirmed' : 'contradicted', text: '' })))",
      },
    ],
  },
  {
    name: 'doubt is success',
    mistake: 'what cannot be told is called done',
    breaks: ['true last word'],
    certain: [ANSWERS_LOST],
    patches: [
      {
        file: 'src/jobs/request/outcome.ts',
        find: "truths.includes('unknown')) return 'uncertain';",
        replace: "truths.includes('unknown')) return 'succeeded';",
      },
    ],
  },
  {
    name: 'doubt is failure',
    mistake: 'a write that threw is called not done, and what cannot be told as well',
    breaks: ['true last word'],
    certain: [ANSWERS_LOST],
    patches: [
      {
        file: 'src/handlers/palm/outcome.ts',
        find: "error instanceof BackendFailure && error.effect === 'none'",
        replace: 'true',
      },
      {
        file: 'src/jobs/request/outcome.ts',
        find: "truths.includes('unknown')) return 'uncertain';",
        replace: "truths.includes('unknown')) return 'failed';",
      },
    ],
  },
  {
    name: 'undone is never done',
    mistake: 'a record that was deleted and came back is called not deleted',
    breaks: ['true last word'],
    certain: [killed('delete', 'answered')],
    patches: [{ file: PURGE, find: "verdict: 'contradicted', acted: true,", replace: "verdict: 'contradicted'," }],
  },
  {
    name: 'door left open',
    mistake: 'after a crash the target is read without keeping late writes out, and that reading is believed',
    breaks: ['true last word'],
    certain: [frozen('delete', 'before')],
    patches: [NO_SEAL, UNSEALED_IS_SAFE],
  },
  {
    name: 'write without a guard',
    mistake: 'the transaction deletes whatever is there by then',
    breaks: ['as approved'],
    patches: [NO_COMPARE],
  },
  {
    name: 'late write not kept out',
    mistake: 'a process that was frozen goes on, and neither it nor etcd asks whether it still may',
    breaks: ['true last word', 'as approved', 'chain'],
    certain: [frozen('delete', 'before')],
    patches: [NOT_AT, NO_LOOK, NO_RECEIPT_COMPARE],
  },
  {
    name: 'put back over',
    mistake: 'an undo writes over a record that is there again',
    breaks: ['as approved'],
    // Shorter than a heartbeat lasts.
    certain: [{ kind: 'registers meanwhile' }, frozen('put', 'before', { ms: 300 })],
    patches: [
      {
        file: WRITE,
        find: 'compare: [absent(key)],\n      success: [{ request_put: { key, value: record.bytes } }],',
        replace: 'compare: [],\n      success: [{ request_put: { key, value: record.bytes } }],',
      },
    ],
  },
  {
    name: 'buttons stay',
    mistake: 'a request that was denied or withdrawn keeps its buttons',
    breaks: ['no live buttons'],
    patches: [
      {
        file: 'src/bot/message/message.ts',
        find: 'const actions = undoneActions(request, onItsCluster(state.proposed.preview, extra));',
        replace: 'const actions = [decisions(request, state)];',
      },
    ],
  },
  {
    name: 'born with buttons',
    mistake: 'a message can be pressed before it is remembered',
    breaks: ['no live buttons'],
    certain: [killed('post', 'sent', 2)],
    patches: [
      {
        file: 'src/bot/message/waiting.ts',
        find: 'return { ...drawing, blocks: drawing.blocks.filter((block) => !isDecisions(block)) };',
        replace: 'return drawing;',
      },
    ],
  },
  {
    name: 'message forgotten',
    mistake: 'a message counts as drawn although its request has moved meanwhile',
    breaks: ['ends', 'true last word', 'chain', 'no live buttons'],
    patches: [
      {
        file: 'src/jobs/store/redraws.ts',
        find: 'if revision == ARGV[5] then',
        replace: 'if true then',
      },
    ],
  },
  {
    name: 'drawn by two',
    mistake: 'two bots draw the same message',
    breaks: ['one request'],
    patches: [{ file: 'src/jobs/store/redraws.ts', find: "'1', 'NX', 'PX', ARGV[3])", replace: "'1', 'PX', ARGV[3])" }],
  },
  {
    name: 'click not recognised',
    mistake: 'a click that Slack delivers again is another click',
    breaks: ['one request'],
    patches: [{ file: APP, find: "delivery: ['click', body.team?.id,", replace: "delivery: ['click', randomUUID()," }],
  },
  {
    name: 'command not recognised',
    mistake: 'a command that Slack delivers again is another command',
    breaks: ['one request'],
    patches: [{ file: APP, find: 'trigger || randomUUID()', replace: 'randomUUID()' }],
  },
  {
    name: 'lost job stays lost',
    mistake: 'an approved request whose job was lost is left alone',
    breaks: ['chain'],
    certain: [killed('approved', 'answered')],
    patches: [
      { file: SWEEP, find: "if (state.kind === 'approved') return performAgain(deps, request, now);", replace: '' },
    ],
  },
  {
    name: 'dead performer left alone',
    mistake: 'nobody takes over what a dead process began',
    breaks: ['ends', 'locks'],
    certain: [killed('delete', 'answered')],
    patches: [{ file: SWEEP, find: "if (state.kind === 'running') return takeOver(deps, request);", replace: '' }],
  },
  {
    name: 'move sent again',
    mistake: 'a move whose answer was lost, and which the client sends again, is not known as our own',
    breaks: ['chain', 'answered', 'works'],
    certain: [lost('step'), lost('step', 3), lost('approved'), lost('approval', 2)],
    patches: [
      {
        file: COMMIT,
        find: "if redis.call('GET', receipt) == tostring(batch.number) then",
        replace: 'if false then',
      },
    ],
  },
  {
    name: 'job performed again',
    mistake: 'a perform job that stalled is run once more, whatever it had done, and the sweep leaves that to it',
    breaks: ['once', 'true last word', 'chain'],
    certain: [killed('delete', 'before')],
    patches: [
      { file: QUEUE, find: 'attempts: 1,\n  removeOnComplete', replace: 'attempts: 3,\n  removeOnComplete' },
      {
        file: WORKER,
        find: 'maxStalledCount: 0,\n  maxStartedAttempts: 1,',
        replace: 'maxStalledCount: 3,\n  maxStartedAttempts: 9,',
      },
      {
        file: PERFORM,
        find: "  if (request?.state.kind !== 'approved') return;\n",
        replace: "  if (request?.state.kind !== 'approved' && request?.state.kind !== 'running') return;\n",
      },
      {
        file: PERFORM,
        find: '  const beat = heartbeat.begin(id);\n',
        replace:
          "  if (request.state.kind === 'running') return run(work, change, request);\n  const beat = heartbeat.begin(id);\n",
      },
      { file: SWEEP, find: "if (state.kind === 'running') return takeOver(deps, request);", replace: '' },
    ],
  },
  {
    name: 'audit written later',
    mistake: 'an audit entry is written after its move, by another command',
    breaks: ['chain', 'answered'],
    patches: [
      {
        file: COMMIT,
        find: "  redis.call('XADD', trail, (seq + i) .. '-1', 'entry', ARGV[3 * i])\n  redis.call('HSET', head, 'seq', seq + i, 'hash', item.hash)\n",
        replace: '',
      },
      {
        file: WRITER,
        find: '      const last = built.at(-1);\n',
        replace:
          "      for (const [at, { entry, hash }] of built.entries()) await redis.multi().xadd(keys.trail, (head.seq + at + 1) + '-1', 'entry', entry).hset(keys.head, 'seq', head.seq + at + 1, 'hash', hash).exec();\n      const last = built.at(-1);\n",
      },
    ],
  },
  {
    name: 'own approval on one road',
    mistake: 'the requester may approve in the console',
    breaks: ['chain', 'quorum'],
    patches: [
      {
        file: POLICY,
        find: 'function notApprover(request: Request, { decision, by }: Vote,',
        replace: 'function notApprover(request: Request, { decision, by, road }: Vote,',
      },
      {
        file: POLICY,
        find: 'if (by === request.requester) return { rule:',
        replace: "if (by === request.requester && road !== 'console') return { rule:",
      },
    ],
  },
];
