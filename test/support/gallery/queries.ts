import { BackendFailure } from '../../../src/backends/failure';
import { comparable } from '../../../src/handlers/comparable';
import { differences } from '../../../src/jobs/request/fingerprint';
import type { Request, State } from '../../../src/jobs/request/request';
import { told } from '../../../src/jobs/schedules/schedule-run';
import { readFailed } from '../../../src/jobs/work/failures';
import { ASKED, BEN, type Entries, ended, message, request } from './records';
import type { Stage } from './stage';

export function queries({ servers, oneLess, election }: Stage): Entries {
  const asked = (command: string, state: State, more?: Partial<Request>) =>
    request({ command, kind: 'query', state }, more);
  const answered = ended({ kind: 'answered', view: servers });
  const away = new BackendFailure('list /servers/: no answer from 10.0.0.21:2379', {
    ...{ backend: 'palm', kind: 'unreachable', effect: 'none' },
  });
  const failed = { kind: 'failed', steps: [], findings: [], view: readFailed('palm servers', away) } as const;
  const copy = { share: { channel: 'C0STORAGE', by: BEN, at: ASKED }, link: LINK };
  const changed = told({ id: 'E7K2M9QF' }, oneLess, differences(comparable(servers), comparable(oneLess)));
  return [
    ['queued', message(asked('palm servers', { kind: 'queued' }))],
    ['answered', message(asked('palm servers', answered))],
    ['picture', message(asked('openio election debug meta2 FVE0', ended({ kind: 'answered', view: election })))],
    ['unanswered', message(asked('palm servers', ended(failed)))],
    ['shared', message(asked('palm servers', answered), { copy })],
    ['webhook', message(asked('palm servers', answered, { road: 'webhook', requester: 'webhook servers-missing' }))],
    ['changed', message(asked('palm servers', ended({ kind: 'answered', view: changed }), { road: 'schedule' }))],
    ['private', message(asked('palm servers', answered, { isPrivate: true }))],
  ];
}

const LINK = 'https://team.slack.com/archives/C0INC42/p1764040327000100';
