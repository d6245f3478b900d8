import { plain } from '../../handlers/view';
import { joinWords } from '../../handlers/words';
import type { Refusal } from '../rules/policy';
import { type Asked, type Move, type Moved, moved, next, notIn, type Tick } from './lifecycle';
import type { Outcome, Request } from './request';

/** What was tried and did not come to pass, told in the audit trail: a post-mortem asks who tried what as well. Pure. */

/** A record that has ended at its birth: there was nothing to wait for. */
export function ended({ share: _, isPrivate = false, ...asked }: Asked, outcome: Outcome, { at }: Tick): Request {
  const state = { kind: 'finished', at, startedAt: null, outcome, decided: null, recheck: { kind: 'none' } } as const;
  return { ...asked, ...(isPrivate && { isPrivate }), revision: 1, askedAt: at, state };
}

/** It never became a request. Whoever asked has been told, and nobody else is disturbed: no message is drawn of it. */
export const refused =
  (asked: Asked, { rule, why }: Refusal) =>
  (tick: Tick): Moved => {
    const { words, place, road, cluster, requester, breakGlass } = asked;
    const detail = {
      ...{ words: joinWords(words), channel: place.channel, road, cluster, rule, why: plain(why) },
      // Not under the name of a glass that was broken: this one was not.
      ...(breakGlass !== undefined && { 'break-glass': breakGlass }),
    };
    const request = ended(asked, { kind: 'refused', why }, tick);
    return { ...moved(request, 'refused', { by: requester, detail }), silent: true };
  };

/**
 * What the trail tells of codes that do not count, never the code itself. Of one person in fifteen minutes that is the first
 * wrong one, so that guessing is seen before it succeeds, and the lockout: more would let whoever guesses fill the trail.
 */
export type Guess = 'wrong code' | 'locked out';

/** Leaves the request as it is. While one is performed its record must stay as its performer left it. */
export const guessed =
  (by: string, guess: Guess): Move =>
  (request) =>
    request.state.kind === 'running'
      ? notIn(request, 'waiting')
      : moved(next(request, request.state), guess, { by, detail: {} });
