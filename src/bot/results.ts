import type { ActionsBlock } from '@slack/types';
import { onCluster } from '../handlers/clusters';
import type { View } from '../handlers/view';
import { commandOf } from '../jobs/answer';
import type { Request } from '../jobs/request';
import { button } from './controls';

/** What can be done with the message of a request that has ended. */
export function resultActions(request: Request, shown: readonly View[]): readonly ActionsBlock[] {
  const elements = [...again(request, shown)];
  return elements.length === 0 ? [] : [{ type: 'actions', block_id: 'result', elements }];
}

/** Not where the result offers the same command already. */
function again(request: Request, shown: readonly View[]) {
  const here = (command: string) => onCluster(command, request.cluster);
  const command = here(commandOf(request));
  const isOffered = shown.some(({ parts }) =>
    parts.some((part) => part.kind === 'next' && here(part.words) === command),
  );
  return isOffered ? [] : [button(request, 'again', request.kind === 'query' ? 'Run again' : 'Plan again')];
}
