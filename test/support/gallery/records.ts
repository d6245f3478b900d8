import type { HomeView, ModalView } from '@slack/types';
import { PEOPLE } from '../../../sandbox/world';
import { drawRequest } from '../../../src/bot/message/message';
import type { Drawing } from '../../../src/bot/view/canvas';
import type { Proposal } from '../../../src/handlers/operation';
import type { Decided, Outcome, Request, State } from '../../../src/jobs/request/request';
import { DEAD } from './stage';

/** One picture: a message, what only one person sees, a notice in a thread, a form, the Home tab, or a terminal. */
export type Shown =
  | { readonly kind: 'message' | 'only you'; readonly drawing: Drawing }
  | { readonly kind: 'form'; readonly view: ModalView }
  | { readonly kind: 'home'; readonly view: HomeView }
  | { readonly kind: 'terminal'; readonly text: string };

/** When everything is drawn, whenever that is: the same message is the same picture. */
export const NOW = Date.parse('2026-11-25T11:42:00Z');
/** A moment ago: what is waited for still lies ahead. */
export const ASKED = NOW - 60_000;
export const [ANA, BEN, CHO] = [PEOPLE.ana.id, PEOPLE.ben.id, PEOPLE.cho.id];
export const HERE = 'C0INC42';

export type Entries = readonly (readonly [id: string, shown: Shown])[];

export interface Asked {
  readonly command: string;
  readonly kind: Request['kind'];
  readonly state: State;
}

export function request({ command, kind, state }: Asked, more: Partial<Request> = {}): Request {
  const [system = '', verb = '', ...words] = command.split(' ');
  return {
    ...{ id: 'R7K2M9QF', revision: 3, kind, operation: `${system} ${verb}`, words, cluster: 'default', road: 'slash' },
    ...{ requester: ANA, place: { channel: HERE }, askedAt: ASKED, state },
    audit: { seq: 4_711, hash: '5fd0c9a1b2e3'.padEnd(64, '0') },
    ...more,
  };
}

const EXTRA = {
  partial: null,
  cluster: null,
  approvers: ['May approve: ', { user: BEN }, ', ', { user: CHO }, '. The requester never counts.'],
};

export function message(asked: Request, extra: Partial<Parameters<typeof drawRequest>[1]> = {}): Shown {
  return { kind: 'message', drawing: drawRequest(asked, { ...EXTRA, ...extra }) };
}

export function ended(outcome: Outcome, more: Partial<Extract<State, { kind: 'finished' }>> = {}): State {
  return {
    kind: 'finished',
    at: ASKED + 1_240,
    startedAt: null,
    outcome,
    decided: null,
    recheck: { kind: 'none' },
    ...more,
  };
}

export function decided(
  { plan, danger, targets, slots, procedure, preview }: Proposal,
  approvals: readonly string[],
): Decided {
  return {
    proposed: {
      ...{ plan, danger, targets, slots, preview, procedure, recheckAfterMs: null },
      fingerprint: '2b9c41d07e55'.padEnd(64, '0'),
      needs: danger === 'irreversible' ? 2 : 1,
      ...(danger === 'reversible' && { undo: '/palm undo R7K2M9QF' }),
    },
    approvals: approvals.map((by, at) => ({ by, at: ASKED + 30_000 + at })),
  };
}

export const PURGE = { command: `palm purge ${DEAD}`, kind: 'change' } as const;
