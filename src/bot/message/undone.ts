import type { Piece, Text } from '../../handlers/view';
import type { Request, State } from '../../jobs/request/request';
import type { Drawing } from '../view/canvas';
import { withBanner } from './banner';

/** How a request ended that never began. Pure. */
export type Undone = Extract<State, { kind: 'denied' | 'withdrawn' | 'expired' }>;

/** In one line, with the reason. */
export function closing(state: Undone): Text {
  if (state.kind === 'expired') return [...ended(state), ` ${AFRESH}`];
  return state.reason === undefined ? ended(state) : [...ended(state), ` Why: ${state.reason}`];
}

/** At the top of its card: the preview below it is of something that was not done. */
export function withEnd(drawing: Drawing, request: Request, state: Undone): Drawing {
  const mark = state.kind.toUpperCase();
  if (state.kind === 'expired') return withBanner(drawing, request, { mark, did: ended(state), follows: AFRESH });
  const { reason } = state;
  if (reason === undefined) return withBanner(drawing, request, { mark, did: ended(state) });
  return withBanner(drawing, request, { mark, did: [...ended(state), ' Why:'], words: reason });
}

const AFRESH = 'Run the command again for a fresh preview.';

function ended(state: Undone): readonly Piece[] {
  if (state.kind === 'expired') return ['Expired at ', { at: state.at }, '. Nothing was run.'];
  const did = state.kind === 'denied' ? 'Denied' : 'Withdrawn';
  return [`${did} by `, { user: state.by }, ' at ', { at: state.at }, '. Nothing was run.'];
}
