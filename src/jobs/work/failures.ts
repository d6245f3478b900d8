import { BackendFailure } from '../../backends/failure';
import type { View } from '../../handlers/view';

const MEANINGS: Readonly<Record<BackendFailure['kind'], string>> = {
  unreachable: 'It could not be reached.',
  timeout: 'It did not answer in time.',
  rejected: 'It refused.',
  malformed: 'It answered something that could not be understood.',
};

const NAMES: Readonly<Record<BackendFailure['backend'], string>> = {
  openio: 'OpenIO',
  distkv: 'DistKV',
  palm: 'etcd',
  units: 'The host of the units',
};

/** What people see when reading failed. Nothing was written, and the view says so. `what` ends the title. */
export function readFailed(command: string, error: unknown, what = 'could not be answered'): View {
  const parts = [
    { kind: 'text', text: `${meaningOf(error)} Nothing was changed.` },
    { kind: 'raw', name: 'error.txt', text: messageOf(error) },
    { kind: 'next', label: 'Try again', words: command, why: 'reads again' },
  ] as const;
  const absent = error instanceof BackendFailure && error.absent;
  return { title: `${command} ${what}`, tone: 'bad', parts, ...(absent && { absent }) };
}

function meaningOf(error: unknown): string {
  if (error instanceof BackendFailure && error.absent)
    return `${NAMES[error.backend]} knows nothing of this name. Look at its spelling.`;
  if (error instanceof BackendFailure) return `${NAMES[error.backend]}: ${MEANINGS[error.kind]}`;
  return 'The bot itself stumbled. Its log has the details.';
}

/** Only a backend's own words are shown: any other error is a mistake of ours and belongs in the log. */
export function messageOf(error: unknown): string {
  if (error instanceof BackendFailure) return error.message;
  return `${error instanceof Error ? error.name : 'error'} in the bot`;
}

/** Whether trying a read again may help. */
export function isPassing(error: unknown): boolean {
  return error instanceof BackendFailure && (error.kind === 'unreachable' || error.kind === 'timeout');
}
