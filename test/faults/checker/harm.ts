import type { History } from '../history';
import { asApproved, once } from './effects';
import { factsOf } from './facts';
import { answered, quorum, validApprovals } from './people';
import { trueLastWord } from './words';

/** What a round did to people and to their servers, in numbers that programs can be compared by. */
export interface Harm {
  /** Requests that enough people approved in time. */
  readonly approved: number;
  readonly effects: number;
  /** Of the effects: done without a valid quorum. */
  readonly unapproved: number;
  /** Of the effects: on a record that nobody had seen. */
  readonly unseen: number;
  /** Of the effects: more than one for one approval. */
  readonly double: number;
  /** Approved, and neither done nor said to have ended otherwise. */
  readonly lost: number;
  /** Ends that say what is not so. */
  readonly untrue: number;
  /** Commands and clicks that nobody was ever told the fate of. */
  readonly silent: number;
}

export function harmOf(history: History): Harm {
  const facts = factsOf(history);
  const approved = [...facts.requests.values()].filter((asked) => {
    const people = validApprovals(facts, asked, Number.POSITIVE_INFINITY).map(({ who }) => who);
    return new Set(people).size >= history.schedule.needs;
  });
  const done = (id: string) => facts.effects.some(({ suspects }) => suspects.some((asked) => asked.id === id));
  return {
    approved: approved.length,
    effects: facts.effects.length,
    unapproved: quorum(facts).length,
    unseen: asApproved(facts).length,
    double: once(facts).length,
    lost: approved.filter(({ id, last }) => last.state !== 'ended' && !done(id)).length,
    untrue: trueLastWord(facts).length,
    silent: answered(facts).length,
  };
}
