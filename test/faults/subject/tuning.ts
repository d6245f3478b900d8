import type { Patch } from '../patch';

/**
 * What differs in the program under test from the one that ships: how long things take, and nothing else. With the usual
 * times a run would wait for half a minute where it now waits for half a second.
 */
const number = (file: string, name: string, value: number): Patch => ({
  file,
  find: new RegExp(`\\b${name} = [\\d_* ]+;`),
  replace: `${name} = ${value};`,
});
const field = (file: string, name: string, from: string, value: number): Patch => ({
  file,
  find: new RegExp(`\\b${name}: ${from}\\b`),
  replace: `${name}: ${value}`,
});

const worker = 'src/jobs/work/worker.ts';
const pace = 'src/bot/outbox/pace.ts';

export const TUNING: readonly Patch[] = [
  field(worker, 'beatEvery', '2_000', 100),
  field(worker, 'beatLasts', '10_000', 600),
  field(worker, 'sweepEvery', '5_000', 150),
  field(worker, 'lostAfter', '10_000', 500),
  number(worker, 'STALLED_LOOK_MS', 500),
  { file: worker, find: 'LOOKS_AGAIN_AFTER_S = 1;', replace: 'LOOKS_AGAIN_AFTER_S = 0.5;' },
  field(worker, 'lockDuration', '15_000', 2_000),
  field(worker, 'lockDuration', '30_000', 2_000),
  { file: 'src/jobs/work/queue.ts', find: 'delay: 500 }', replace: 'delay: 50 }' },
  number('src/jobs/store/redraws.ts', 'LEASE_MS', 800),
  number('src/jobs/store/redraws.ts', 'RENEW_EVERY_MS', 250),
  number('src/jobs/store/writer.ts', 'PASSING_DRAW_MS', 60),
  number('src/bot/outbox/pump.ts', 'AGAIN_MS', 250),
  number('src/bot/outbox/pump.ts', 'LOOK_EVERY_MS', 60),
  number('src/jobs/rules/people.ts', 'TRUSTED_MS', 100),
  { file: pace, find: /EDITS: Rate = \{[^}]*\}/, replace: 'EDITS: Rate = { burst: 1000, perSecond: 1000 }' },
  { file: pace, find: /POSTS: Rate = \{[^}]*\}/, replace: 'POSTS: Rate = { burst: 1000, perSecond: 1000 }' },
  number(pace, 'BETWEEN_EDITS_MS', 40),
  {
    file: 'src/backends/palm/create.ts',
    find: /LIMITS: PalmLimits = \{[^}]*\}/,
    replace: 'LIMITS: PalmLimits = { readMs: 1200, writeMs: 900, listMs: 2000, pageSize: 5000 }',
  },
  { file: 'src/handlers/palm/purge.ts', find: '?? REGISTRY_CYCLE_MS) + 5_000', replace: '?? 100) + 100' },
];
