import type { ActionsBlock } from '@slack/types';
import { onCluster } from '../../handlers/clusters';
import type { View } from '../../handlers/view';
import type { Request } from '../../jobs/request/request';
import { commandOf } from '../../jobs/work/answer';
import { button } from '../view/controls';

/** What can be done with the message of a request that has ended. */
export function resultActions(request: Request, shown: readonly View[]): readonly ActionsBlock[] {
  const elements = [
    ...again(request, shown),
    ...(request.isPrivate ? [button(request, 'post', 'Post it there')] : []),
    button(request, 'share', 'Share'),
    button(request, 'raw', 'Raw'),
  ];
  return [{ type: 'actions', block_id: 'result', elements }];
}

/** A request that nobody decided in time has no result; it can only be planned anew. */
export function expiredActions(request: Request): readonly ActionsBlock[] {
  return [{ type: 'actions', block_id: 'result', elements: again(request, []) }];
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

/** Below what is said in the channel to the one who asked privately. */
export function postHere(request: Request): ActionsBlock {
  return { type: 'actions', block_id: 'result', elements: [button(request, 'post', 'Post it here')] };
}
