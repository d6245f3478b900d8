import type { Scenario } from '../world';

/** The incidents that DistKV's own guide describes, as stories for the page. */
export const DISTKV_SCENARIOS: readonly Scenario[] = [
  {
    id: 'distkv-missing-tick',
    title: 'DistKV: test1 misses tick 2',
    about:
      'The record of tick 2 of test1 is lost on every server. test2 and test3 were restarted and do not serve while it is missing; one approved mark brings them up.',
    lines: [
      { kind: 'say', text: 'Two of three DistKV servers do not answer after a restart.' },
      { kind: 'trouble', system: 'distkv', id: 'waiting', on: true },
      { kind: 'type', who: 'ana', command: '/distkv state -ndmrk' },
      { kind: 'expect', text: 'ticks of test1 are missing' },
      { kind: 'type', who: 'ana', command: '/distkv diagnose' },
      { kind: 'expect', text: 'probably because it misses ticks' },
      { kind: 'type', who: 'ana', command: '/distkv mark test1 2 --broadcast' },
      { kind: 'expect', text: 'Mark tick 2 of test1 as superseded' },
      { kind: 'press', who: 'ben', button: 'Approve' },
      { kind: 'expect', text: 'Marked as superseded: tick 2 of test1' },
      { kind: 'say', text: 'test2 and test3 miss nothing any more and open their ports.' },
      { kind: 'type', who: 'ana', command: '/distkv state' },
      { kind: 'expect', text: 'DistKV is healthy' },
    ],
  },
  {
    id: 'distkv-do-not-mark',
    title: 'DistKV: a tick that nobody should mark',
    about:
      'A change of test2 did not reach the others, but test2 still holds it. The bot says so: restoring the link is the cure.',
    lines: [
      { kind: 'trouble', system: 'distkv', id: 'link-lost', on: true },
      { kind: 'type', who: 'ana', command: '/distkv diagnose' },
      { kind: 'expect', text: 'Restore the link' },
      { kind: 'type', who: 'ana', command: '/distkv who test2 2' },
      { kind: 'expect', text: 'held by 1 server' },
      { kind: 'trouble', system: 'distkv', id: 'link-lost', on: false },
      { kind: 'type', who: 'ana', command: '/distkv state' },
      { kind: 'expect', text: 'DistKV is healthy' },
    ],
  },
];
