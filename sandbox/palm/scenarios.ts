import type { Scenario } from '../world';
import { SEED } from './records';

export const PALM_SCENARIOS: readonly Scenario[] = [
  {
    id: 'palm-purge',
    title: 'A dead server is still in the list',
    about:
      'pricer died and nobody cleaned up. It is purged: ana asks, ben approves, the key is gone from etcd, and undo brings it back.',
    lines: [
      { kind: 'say', text: 'What is registered?' },
      { kind: 'type', who: 'ana', command: '/palm servers' },
      { kind: 'expect', text: 'pricer' },
      { kind: 'say', text: 'The dead one, by the first characters of its uuid.' },
      { kind: 'type', who: 'ana', command: `/palm purge ${SEED.dead.slice(0, 8)}` },
      { kind: 'expect', text: 'Nothing has been changed yet' },
      { kind: 'say', text: 'The one who asked cannot approve, and neither can a stranger.' },
      { kind: 'press', who: 'ana', button: 'Approve' },
      { kind: 'expect', who: 'ana', text: 'somebody else must approve it' },
      { kind: 'press', who: 'sam', button: 'Approve' },
      { kind: 'expect', who: 'sam', text: 'not among the people' },
      { kind: 'press', who: 'ben', button: 'Approve' },
      { kind: 'expect', text: 'Outcome: succeeded' },
      { kind: 'say', text: 'It is gone.' },
      { kind: 'type', who: 'ana', command: `/palm show ${SEED.dead}` },
      { kind: 'expect', text: 'No server begins with' },
      { kind: 'say', text: 'It was the wrong one after all: the exact bytes were kept.' },
      { kind: 'press', who: 'ana', button: 'Undo' },
      { kind: 'expect', text: 'Nothing has been changed yet' },
      { kind: 'press', who: 'cho', button: 'Approve' },
      { kind: 'expect', text: 'Outcome: succeeded' },
      { kind: 'type', who: 'ana', command: '/ops audit verify' },
      { kind: 'expect', text: 'The audit trail is whole' },
    ],
  },
  {
    id: 'palm-stale',
    title: 'The server came back while people were deciding',
    about:
      'The registry writes the record again between preview and approval. Nothing is deleted, and the difference is shown.',
    lines: [
      { kind: 'type', who: 'ana', command: `/palm purge ${SEED.printf}` },
      { kind: 'expect', text: 'Nothing has been changed yet' },
      { kind: 'trouble', system: 'palm', id: 'registry-writes', on: true },
      { kind: 'press', who: 'ben', button: 'Approve' },
      { kind: 'expect', text: 'Stale: nothing was written' },
      { kind: 'trouble', system: 'palm', id: 'registry-writes', on: false },
    ],
  },
  {
    id: 'palm-doubt',
    title: 'It looks wrong to one of the approvers',
    about: 'cho holds a purge and says why; while it is held nobody can approve it. Then ben denies it, with a reason.',
    lines: [
      { kind: 'type', who: 'ana', command: `/palm purge ${SEED.printf}` },
      { kind: 'expect', text: 'Nothing has been changed yet' },
      { kind: 'press', who: 'cho', button: 'Looks wrong to me' },
      { kind: 'fill', who: 'cho', values: { reason: 'printf answered a minute ago' } },
      { kind: 'expect', text: 'Held by @cho' },
      { kind: 'say', text: 'It can only be released, denied or withdrawn now.' },
      { kind: 'press', who: 'ben', button: 'Deny' },
      { kind: 'fill', who: 'ben', values: { reason: 'it is alive, see cho' } },
      { kind: 'expect', text: 'Denied by @ben' },
    ],
  },
];
