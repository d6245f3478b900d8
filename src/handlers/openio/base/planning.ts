import type { Base, Openio, Service } from '../../../backends/openio/openio';
import type { Context } from '../../operation';
import { REFERENCE } from '../finding';
import type { Wish } from './args';
import { destinationOf, directionOf } from './direction';
import { judgeMove } from './judgement';
import { fileOf, type Look, lookAt } from './look';
import { candidates, type Leaving } from './placement';
import { type MovePlan, planOf } from './plan';
import type { Refusal } from './refusal';
import { silentDestination } from './rules-services';
import { sceneOf } from './scene';

export type OnePlan =
  | { readonly kind: 'plan'; readonly plan: MovePlan }
  | { readonly kind: 'unchanged'; readonly to: string }
  | ({ readonly kind: 'refused' } & Refusal);

/** How many of the best candidates are asked at once whether they hold a file already. */
const ASKED = 3;

/** Reads only. The same words give the remaining steps of a move that was interrupted. */
export async function planMove(
  openio: Openio,
  base: Base,
  wish: Wish & Pick<Leaving, 'taken'>,
  context: Context,
): Promise<OnePlan> {
  const services = await openio.services(base.container.namespace, base.type, context);
  const { ids } = await openio.peers(base, context);
  const others = wish.to === null ? candidates(services, ids, wish).map(({ address }) => address) : [wish.to];
  const { look, goal } = await chosen(openio, base, { wish, services, others }, context);
  if (goal.kind === 'refused') return goal;
  const direction = directionOf(wish, goal.to, look.directory);
  if (!direction) return noDirection(wish, goal.to, look.directory);
  const scene = sceneOf(look, direction, services, wish.back);
  const judged = judgeMove(scene);
  if (judged.kind === 'refused') return judged;
  if (judged.kind === 'moved already') return { kind: 'unchanged', to: direction.arriving };
  if (judged.todo.copy && !look.alone && !(await openio.answers(direction.arriving, context))) {
    return { kind: 'refused', ...silentDestination(direction.arriving, 'does not answer') };
  }
  return { kind: 'plan', plan: planOf(scene, wish, judged.todo, goal.chosen) };
}

interface Choice {
  readonly wish: Wish & Leaving;
  readonly services: readonly Service[];
  /** The destination that was asked for, or all that come into question, the best first. */
  readonly others: readonly string[];
}

/** A few at a time: where every one of them holds a file already, the next ones are asked. */
async function chosen(openio: Openio, base: Base, { wish, services, others }: Choice, context: Context) {
  for (let asked = ASKED; ; asked += ASKED) {
    const look = await lookAt(openio, base, [wish.from, ...others.slice(asked - ASKED, asked)], context);
    const goal = goalOf(wish, look, services);
    if (goal.kind !== 'none is free') return { look, goal };
    if (!look.alone || asked >= others.length) return { look, goal: NONE_FREE };
  }
}

type Goal =
  | { readonly kind: 'goal'; readonly to: string; readonly chosen: string | null }
  | ({ readonly kind: 'refused' } & Refusal);

/** Where to: as asked, else where an earlier move was going, else as the placement rules would choose. */
function goalOf(
  wish: Wish & Leaving,
  look: Look,
  services: readonly Service[],
): Goal | { readonly kind: 'none is free' } {
  const to = wish.to ?? destinationOf(wish.from, look);
  if (to !== null) return { kind: 'goal', to, chosen: null };
  if (wish.back) {
    const why = `nothing tells where the base was going from ${wish.from}`;
    return { kind: 'refused', why, cure: 'Name that service with --to.', advice: [REFERENCE] };
  }
  if (!look.directory.includes(wish.from)) return notThere(wish.from, look.directory);
  const free = candidates(services, look.directory, wish).find(({ address }) => {
    const file = fileOf(look, address);
    // Where a service can be asked, one that was not asked is no choice.
    return file === 'no' || (file === 'not known' && !look.alone);
  });
  return free ? { kind: 'goal', to: free.address, chosen: `${free.address}: ${free.why}` } : { kind: 'none is free' };
}

const NONE_FREE = {
  kind: 'refused',
  why: 'there is no service that could take the copy: none is up, unlocked, with a score, without a file of this base, and at another location than the peers that stay',
  cure: 'Name one with --to, or add a service.',
  advice: [{ label: 'Services', operation: 'cluster list', flags: '', why: 'shows every service' }],
} as const;

function notThere(from: string, directory: readonly string[]): { readonly kind: 'refused' } & Refusal {
  const why = `${from} is not among the peers that the directory names (${directory.join(', ') || 'none'})`;
  const cure = 'If this goes on with a move that was interrupted, name its destination with --to too.';
  return { kind: 'refused', why, cure, advice: [REFERENCE] };
}

function noDirection(wish: Wish, to: string, directory: readonly string[]): { readonly kind: 'refused' } & Refusal {
  if (!directory.includes(to)) return notThere(wish.from, directory);
  const why = `${to} is a peer of this base already, and so is ${wish.from}`;
  return { kind: 'refused', why, cure: 'Choose another destination with --to.', advice: [REFERENCE] };
}
