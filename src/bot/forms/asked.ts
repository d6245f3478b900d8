import { z } from 'zod';
import type { Cluster, Clusters } from '../../handlers/clusters';
import type { Operation, Words } from '../../handlers/operation';
import { joinWords } from '../../handlers/words';
import { LIMITS } from '../view/limits';

/** What a form for asking is about. It goes to Slack with the form and comes back with every act in it. */
const schema = z.strictObject({
  road: z.enum(['form', 'shortcut']),
  channel: z.string(),
  thread: z.string().optional(),
  cluster: z.string(),
  /** The slash command it was opened with; null: any. */
  system: z.string().nullable(),
  /** The operation that is chosen, by its name. */
  operation: z.string().nullable(),
  /** Once the form shows what a change would do: the words that were read, without the operation's name. */
  words: z.array(z.string()).optional(),
  /** And what every command takes, as words. */
  switches: z.array(z.string()).optional(),
});
export type Asked = z.infer<typeof schema>;

/** Null when it is not ours, or not of this version. */
export function readAsked(about: string): Asked | null {
  try {
    return schema.safeParse(JSON.parse(about)).data ?? null;
  } catch {
    return null;
  }
}

export function writeAsked(asked: Asked): string {
  return JSON.stringify(asked);
}

/** Slack keeps only so much with a form. */
export function fits(asked: Asked): boolean {
  return writeAsked(asked).length <= LIMITS.view.privateMetadata;
}

export function chosen(clusters: Clusters, { cluster, operation }: Asked): Operation | null {
  return operation === null ? null : clusters.operation(operation, cluster);
}

/** In the Home tab, where there is no channel: the place is the person. What is asked there is asked privately. */
export function isAskedAlone({ channel }: Pick<Asked, 'channel'>): boolean {
  return /^[UW][A-Z0-9]+$/.test(channel);
}

/** What can be chosen: of one system, or of all. */
export function offered({ catalogue }: Cluster, system: string | null): readonly Operation[] {
  return system === null ? catalogue.operations : catalogue.ofSystem(system);
}

/** The command as it would be typed. */
export function commandOfAsked(asked: Asked): string {
  return joinWords(wordsOfAsked(asked));
}

export function wordsOfAsked({ operation, words = [], switches = [] }: Asked): Words {
  return [...(operation ?? '').split(' '), ...words, ...switches];
}
