import type { ActionsBlock, Button } from '@slack/types';
import { onCluster } from '../../handlers/clusters';
import type { View } from '../../handlers/view';
import { isAskedAtHome } from '../../jobs/request/places';
import { isUncertain, type Request } from '../../jobs/request/request';
import { commandOf } from '../../jobs/work/answer';
import { button } from '../view/controls';

/** What can be done with the message of a request that has ended. */
export function resultActions(request: Request, shown: readonly View[], isDisplaced: boolean): readonly ActionsBlock[] {
  const elements = [
    ...again(request, shown),
    ...((isDisplaced || request.isPrivate) && !isAskedAtHome(request)
      ? [button(request, 'post', 'Post it there')]
      : []),
    ...passedOn(request),
  ];
  return [{ type: 'actions', block_id: 'result', elements }];
}

/** Of a change that never began. What people said no to is not offered again by a button: whoever wants it says so. */
export function undoneActions(request: Request, preview: View): readonly ActionsBlock[] {
  const anew = request.state.kind === 'denied' ? [] : again(request, [preview]);
  return [{ type: 'actions', block_id: 'result', elements: [...anew, ...passedOn(request)] }];
}

function passedOn(request: Request): readonly Button[] {
  return [button(request, 'share', 'Share'), button(request, 'raw', 'Raw')];
}

/** Not where the result offers the same command already. */
function again(request: Request, shown: readonly View[]) {
  // Its targets are locked: it would be refused as busy.
  if (isUncertain(request.state)) return [];
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
