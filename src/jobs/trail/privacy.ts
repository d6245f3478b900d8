import { PRIVATELY } from '../../handlers/ledger';
import type { Request } from '../request/request';
import { sharesOf } from '../request/sharing';
import type { Store } from '../store/store';
import { commandOf } from '../work/answer';
import type { Entry } from './audit';

/**
 * What was asked privately is told to others without its words and its answer: that somebody asked, and when, but not what.
 * The trail itself keeps all of it, or it could not be checked.
 */

/** The person who alone sees what this request answers; null: others see it, too. */
export type Viewer = string | null;

export async function viewerOf(store: Pick<Store, 'load'>, asking: string | undefined): Promise<Viewer> {
  const request = asking === undefined ? null : await store.load(asking);
  return request?.isPrivate ? request.requester : null;
}

/** Whoever asked may read it where nobody else does, and everybody once it was posted. */
export function isHidden(request: Request, viewer: Viewer): boolean {
  const { isPrivate = false, requester } = request;
  return isPrivate && requester !== viewer && !sharesOf(request).some(({ refused }) => refused === undefined);
}

export function commandFor(request: Request, viewer: Viewer): string {
  return isHidden(request, viewer) ? hiddenCommand(request.operation) : commandOf(request);
}

/** One request as its entries and, where it is still kept, its record tell of it. */
export interface Told {
  readonly request: Request | null;
  readonly entries: readonly Entry[];
}

export function isToldHidden({ request, entries }: Told, viewer: Viewer): boolean {
  if (request) return isHidden(request, viewer);
  if (entries.some(({ event }) => event === 'shared')) return false;
  // The record is gone after 90 days. Where its question is not among the entries either, nobody can tell any more.
  const asked = entries.find(({ event }) => event === 'asked');
  if (asked) return asked.detail.private === 'yes' && asked.by !== viewer;
  return !entries.some(({ event, detail }) => ONLY_CHANGES.has(event) || 'verdicts' in detail);
}

/** Entries that no private request has: a change is never private. */
const ONLY_CHANGES: ReadonlySet<string> = new Set([
  ...['refused', 'planned', 'approval', 'approved', 'denied', 'withdrawn', 'expired', 'held', 'release', 'released'],
  ...['started', 'step', 'rechecked', 'cleared', 'reviewed', 'reminded', 'enrolled'],
]);

export function commandToldOf(told: Told, viewer: Viewer): string {
  const { request, entries } = told;
  if (request) return commandFor(request, viewer);
  const operation = entries[0]?.operation ?? '';
  if (isToldHidden(told, viewer)) return hiddenCommand(operation);
  const asked = entries.find(({ event }) => event === 'asked' || event === 'refused');
  return [operation, asked?.detail.words].filter(Boolean).join(' ');
}

function hiddenCommand(operation: string): string {
  return `${operation} … ${PRIVATELY}`;
}

/** What says nothing of the words and of the answer. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(['channel', 'road', 'cluster', 'private', 'outcome']);

export function withoutWords({ detail }: Pick<Entry, 'detail'>): Entry['detail'] {
  return Object.fromEntries(Object.entries(detail).filter(([key]) => SAYS_NOTHING.has(key)));
}
