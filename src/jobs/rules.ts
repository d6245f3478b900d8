import type { Danger } from '../handlers/operation';
import { isGroup } from './people';

/** Slack user ids (U…, W…) and user group ids (S…). */
export type Who = readonly string[];

/** Rules about people, places and time, as the configuration has them. They can only be stricter than the defaults. */
export interface Rules {
  /** Everybody who may ever approve; empty: nobody may. */
  readonly approvers: Who;
  /** Channels where changes may be asked; empty: any. */
  readonly channels: readonly string[];
  /** How many others must approve, before an operation's own stricter rule. */
  readonly needs: Readonly<Record<Danger, number>>;
  /** Stricter numbers by operation name. A lower number than the default is ignored. */
  readonly stricter: Readonly<Record<string, number>>;
  /** How long a preview may wait for its approvals, and an approval for its start. Milliseconds. */
  readonly expiresAfterMs: number;
}

export const DEFAULT_RULES: Rules = {
  approvers: [],
  channels: [],
  needs: { reversible: 1, irreversible: 2 },
  stricter: {},
  expiresAfterMs: 15 * 60_000,
};

/** What rules are chosen by. */
export interface About {
  readonly kind: 'query' | 'change';
  readonly operation: string;
  readonly cluster: string;
  readonly channel: string;
  /** Null: not known before there is a plan. */
  readonly danger: Danger | null;
}

/** What the rules say together about one operation at one place. */
export interface Ruling {
  readonly channels: readonly string[];
  /** Whoever approves must be on every one of these lists. */
  readonly approve: readonly Who[];
  readonly needs: number;
  readonly expiresAfterMs: number;
}

export function rulingOf(rules: Rules, { operation, danger }: About): Ruling {
  return {
    channels: rules.channels,
    approve: [rules.approvers],
    needs: Math.max(1, rules.needs[danger ?? 'reversible'], rules.stricter[operation] ?? 0),
    expiresAfterMs: rules.expiresAfterMs,
  };
}

/** The user groups whose members must be known to judge by this ruling. */
export function groupsOf({ approve }: Ruling): readonly string[] {
  return [...new Set(approve.flat().filter(isGroup))];
}
