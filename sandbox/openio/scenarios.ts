import type { Scenario } from '../world';

/** Election troubles and damaged copies, as stories for the page. */
export const OPENIO_SCENARIOS: readonly Scenario[] = [
  {
    id: 'openio-election-fails',
    title: "OpenIO: FVE0's election fails",
    about:
      'Two of three peers hang and nobody becomes master: the status shows 500, 7 and 7. Diagnose finds them; once they are resumed, the election ends by itself.',
    lines: [
      { kind: 'say', text: 'Setting a property on FVE0 fails: Election failed (HTTP 503).' },
      { kind: 'trouble', system: 'openio', id: 'stuck-election', on: true },
      { kind: 'type', who: 'ana', command: '/openio election status meta2 FVE0' },
      { kind: 'expect', text: 'no master' },
      { kind: 'type', who: 'ana', command: '/openio election diagnose meta2 FVE0' },
      { kind: 'expect', text: '2 peers hang' },
      { kind: 'type', who: 'ana', command: '/openio election debug meta2 FVE0' },
      { kind: 'expect', text: 'CHECKING_SLAVES' },
      { kind: 'say', text: 'The two processes are resumed on their hosts.' },
      { kind: 'trouble', system: 'openio', id: 'stuck-election', on: false },
      { kind: 'say', text: 'For some seconds the proxy remembers them as down and does not even try.' },
      { kind: 'wait', seconds: 2 },
      { kind: 'type', who: 'ana', command: '/openio election status meta2 FVE0' },
      { kind: 'expect', text: 'follows' },
    ],
  },
  {
    id: 'openio-forgotten-ctime',
    title: 'OpenIO: FVE0 forgets its ctime',
    about:
      "One slave's copy lost rows of its admin table, so every third read fails. A sync, approved by two people, copies the master over it; reading back shows that the copies agree.",
    lines: [
      { kind: 'trouble', system: 'openio', id: 'lost-rows-slave', on: true },
      { kind: 'say', text: 'FVE0 can be shown, except when it cannot.' },
      { kind: 'type', who: 'ana', command: '/openio container show FVE0' },
      { kind: 'expect', text: 'FVE0' },
      { kind: 'type', who: 'ana', command: '/openio container check FVE0' },
      { kind: 'expect', text: 'lacks sys.m2.ctime' },
      { kind: 'type', who: 'ana', command: '/openio election sync meta2 FVE0' },
      { kind: 'expect', text: 'What the overwritten copies hold now is lost' },
      { kind: 'press', who: 'ben', button: 'Approve' },
      { kind: 'press', who: 'cho', button: 'Approve' },
      { kind: 'expect', text: 'agree again' },
      { kind: 'type', who: 'ana', command: '/openio container check FVE0' },
      { kind: 'expect', text: 'copies agree and are complete' },
    ],
  },
  {
    id: 'openio-damaged-master',
    title: 'OpenIO: the master is the damaged one',
    about:
      'The damaged copy is the master. A sync would say 200 everywhere and wipe the good copies, so it is refused. The master leaves, a good peer takes over, and then the sync repairs.',
    lines: [
      { kind: 'trouble', system: 'openio', id: 'lost-rows-master', on: true },
      { kind: 'type', who: 'ana', command: '/openio election sync meta2 FVE0' },
      { kind: 'expect', text: 'a sync would copy it over the good ones' },
      { kind: 'press', who: 'ana', button: 'Leave' },
      { kind: 'expect', text: 'leaves the election of' },
      { kind: 'press', who: 'ben', button: 'Approve' },
      { kind: 'expect', text: 'has elected again' },
      { kind: 'type', who: 'ana', command: '/openio election sync meta2 FVE0' },
      { kind: 'expect', text: 'What the overwritten copies hold now is lost' },
      { kind: 'press', who: 'ben', button: 'Approve' },
      { kind: 'press', who: 'cho', button: 'Approve' },
      { kind: 'expect', text: 'agree again' },
    ],
  },
];
