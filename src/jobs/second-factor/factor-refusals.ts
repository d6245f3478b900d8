import type { Guess } from '../request/refused';
import type { Refusal } from '../rules/policy';
import type { Accepted } from './factor-store';

/** What people are told when a code is missing or does not count. */

export const NEEDED: Refusal = {
  rule: 'second factor',
  why: 'Approving what cannot be undone needs a one-time code. Press Approve in Slack and type it there.',
};

export const NOT_ENROLLED: Refusal = {
  rule: 'not enrolled',
  why: 'Approving what cannot be undone needs a one-time code, and you have none yet. Your vote was not counted. Enrol with /ops second-factor enroll, then approve.',
};

export const UNREADABLE: Refusal = {
  rule: 'not enrolled',
  why: 'Your second factor cannot be read: the key of the bot is another one, or somebody changed what is stored. Your vote was not counted. Ask for /ops second-factor reset.',
};

export const OUT_OF_TIME: Refusal = {
  rule: 'out of time',
  why: 'This secret does not count any more: it was confirmed already, replaced by a newer one, or is older than ten minutes. Type /ops second-factor enroll again.',
};

export const WRONG_FIRST: Refusal = {
  rule: 'second factor',
  why: 'This is not the code of the new secret. Look whether the clock of your phone is right.',
};

/** `tell`: what the audit trail must hear of it. */
export type Unproved = Refusal & { readonly tell?: Guess };

export function lockedOut(until: number): Unproved {
  return {
    rule: 'locked out',
    why: ['Too many wrong codes. None is looked at until ', { at: until }, '. Your vote was not counted.'],
  };
}

export function refusalOf(accepted: Accepted): Unproved | null {
  switch (accepted.kind) {
    case 'accepted':
      return null;
    case 'locked':
      return { ...lockedOut(accepted.until), ...(accepted.begins && { tell: 'locked out' }) };
    case 'used':
      return { rule: 'second factor', why: 'This code was used already. Wait for the next one.' };
    case 'wrong':
      return {
        rule: 'second factor',
        ...(accepted.first && { tell: 'wrong code' }),
        why: `This code is wrong. ${accepted.left} more wrong ${accepted.left === 1 ? 'one locks' : 'ones lock'} you out for 15 minutes.`,
      };
    case 'changed':
      return { rule: 'second factor', why: 'Your second factor was changed just now. Try again.' };
  }
}
