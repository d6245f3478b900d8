import { BackendFailure } from '../../backends/failure';
import { filledFrom, wordsOf } from '../../handlers/filling';
import { nearest } from '../../handlers/near';
import type { Operation } from '../../handlers/operation';
import type { Part } from '../../handlers/view';
import { joinWords } from '../../handlers/words';
import type { Request } from '../request/request';
import { recentNames } from '../store/recent';
import type { Store } from '../store/store';

interface MeantDeps {
  readonly store: Store;
  readonly operation: (name: string, cluster: string) => Operation | null;
}

/**
 * The far side refused: perhaps what was named is not there. The same command with the nearest names that earlier
 * requests found. A courtesy: where it cannot be told, nothing is offered.
 */
export async function meantInstead(deps: MeantDeps, request: Request, error: unknown): Promise<readonly Part[]> {
  if (!(error instanceof BackendFailure) || error.kind !== 'rejected') return [];
  const operation = deps.operation(request.operation, request.cluster);
  if (!operation) return [];
  const filled = filledFrom(operation.form, request.words);
  const offers = operation.form.map(async ({ id, input }) => {
    const [typed, ...more] = filled[id] ?? [];
    if (input.kind !== 'known' || typed === undefined || more.length > 0) return [];
    const known = await recentNames(deps, { cluster: request.cluster, kind: input.known.kind });
    if (known.includes(typed)) return [];
    return nearest(typed, known).flatMap((name) =>
      offer(operation, name, wordsOf(operation.form, { ...filled, [id]: [name] })),
    );
  });
  return (await Promise.all(offers)).flat();
}

function offer(operation: Operation, label: string, words: ReturnType<typeof wordsOf>): readonly Part[] {
  if (!words.ok || operation.check(words.args) !== null) return [];
  const command = joinWords([...operation.name.split(' '), ...words.args]);
  return [{ kind: 'next', label, words: command, why: 'may be what you meant' }];
}
