import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { DEFAULT_CLUSTER } from '../../handlers/clusters';
import type { Factors } from '../../handlers/factors';
import type { View } from '../../handlers/view';
import { requestId } from '../request/id';
import { type Asked, type Moved, moved, type Tick } from '../request/lifecycle';
import { ended, refused } from '../request/refused';
import type { Place } from '../request/request';
import type { Refusal } from '../rules/policy';
import type { Handover } from '../store/commit';
import type { Keys } from '../store/redis';
import type { Store } from '../store/store';
import {
  lockedOut,
  NEEDED,
  NOT_ENROLLED,
  OUT_OF_TIME,
  refusalOf,
  UNREADABLE,
  type Unproved,
  WRONG_FIRST,
} from './factor-refusals';
import { createFactorStore, type FactorStore } from './factor-store';
import { base32Of, newSecret, stepOf, uriOf } from './one-time';
import { openSecret, sealSecret } from './sealing';

/**
 * One-time codes for approving what cannot be undone. A person enrols alone, proves the first code, and gives one with each
 * such approval. Secrets are sealed in Redis and never leave this file but to the person they were made for.
 */
export interface SecondFactor extends Factors {
  /** Makes a secret for this person. It counts once its first code has come. */
  begin(user: string): Promise<Begun>;
  /** Null: it counts from now on. */
  confirm(confirming: Confirming): Promise<Refusal | null>;
  /** Null: the code is good, and used up by that. Without a code: whether there is anything to ask for. */
  prove(user: string, code: string | undefined): Promise<Unproved | null>;
}

export interface Begun {
  readonly uri: string;
  readonly secret: string;
  /** There is one already: its code is asked for, too. */
  readonly again: boolean;
}

export interface Confirming {
  readonly user: string;
  /** Of the new secret. */
  readonly code: string;
  /** Of the one that is replaced. */
  readonly old: string | undefined;
  readonly place: Place;
  /** The id of the record that tells of it. */
  readonly record: string;
}

interface Deps {
  /** 32 bytes; null: there is no second factor here. */
  readonly key: Uint8Array | null;
  readonly factors: FactorStore;
  readonly keys: Keys;
  readonly store: Pick<Store, 'begin'>;
}

/** `key`: 32 bytes in base64; null: there is no second factor here. */
export function openSecondFactor(
  key: string | null,
  { redis, keys, store }: { readonly redis: Redis; readonly keys: Keys; readonly store: Deps['store'] },
): SecondFactor {
  const factors = createFactorStore(redis, keys);
  return createSecondFactor({ key: key === null ? null : Buffer.from(key, 'base64'), factors, keys, store });
}

function createSecondFactor(deps: Deps): SecondFactor {
  const { key, factors } = deps;
  return {
    on: key !== null,
    enrolment: async (user) => {
      const stored = await factors.load(user);
      return stored && { id: idOf(stored.sealed), since: stored.since };
    },
    reset: async (user, enrolment) => {
      const stored = await factors.load(user);
      return stored !== null && idOf(stored.sealed) === enrolment && factors.remove(user, stored.sealed);
    },
    begin: async (user) => {
      const secret = newSecret();
      await factors.begin(user, sealSecret(secret, user, keyOf(key)));
      const again = (await factors.load(user)) !== null;
      return { uri: uriOf(secret, user), secret: base32Of(secret), again };
    },
    confirm: (confirming) => confirm(deps, confirming),
    prove: (user, code) => prove(deps, user, code),
  };
}

function keyOf(key: Uint8Array | null): Uint8Array {
  if (!key) throw new Error('there is no second factor here');
  return key;
}

function idOf(sealed: string): string {
  return createHash('sha256').update(sealed).digest('hex').slice(0, 16);
}

async function prove({ key, factors }: Deps, user: string, code: string | undefined): Promise<Unproved | null> {
  const [stored, now] = await Promise.all([factors.load(user), factors.now()]);
  if (!stored) return NOT_ENROLLED;
  if (stored.lockedUntil > now) return lockedOut(stored.lockedUntil);
  const secret = openSecret(stored.sealed, user, keyOf(key));
  if (!secret) return UNREADABLE;
  if (code === undefined) return NEEDED;
  return refusalOf(await factors.accept(user, stored.sealed, stepOf(code, secret, now)));
}

async function confirm(deps: Deps, confirming: Confirming): Promise<Refusal | null> {
  const { user, code, old } = confirming;
  const { factors, key } = deps;
  const [pending, now, stored] = await Promise.all([factors.pending(user), factors.now(), factors.load(user)]);
  if (pending === null) return OUT_OF_TIME;
  const secret = openSecret(pending, user, keyOf(key));
  if (!secret) return OUT_OF_TIME;
  const step = stepOf(code, secret, now);
  if (step === null) return WRONG_FIRST;
  // Looked at last: a code that is accepted is used up.
  const refusal = stored && (await prove(deps, user, old));
  if (refusal) return notReplaced(deps, confirming, refusal);
  const handover: Handover = {
    from: deps.keys.factorPending(user),
    text: pending,
    to: deps.keys.factor(user),
    fields: { sealed: pending, since: String(now), step: String(step) },
  };
  const written = await deps.store.begin(confirming.record, enrolled(confirming, handover));
  return written.ok ? null : OUT_OF_TIME;
}

/** Whoever replaces a second factor without having it is seen, too. */
async function notReplaced({ store }: Deps, confirming: Confirming, { tell, ...refusal }: Unproved): Promise<Refusal> {
  const rule = refusal.rule === 'second factor' ? 'old code' : refusal.rule;
  const told = { ...refusal, rule };
  // A record of its own: the same form may be sent again with the right code.
  const id = requestId(`${tell} ${confirming.record}`);
  if (tell) await store.begin(id, refused(askedOf({ ...confirming, record: id }), told));
  return told;
}

function askedOf({ user, place, record }: Confirming): Asked {
  return {
    ...{ id: record, kind: 'query', operation: ENROLMENT, words: [], cluster: DEFAULT_CLUSTER, road: 'form' },
    ...{ requester: user, place },
  };
}

/** A record that has ended at its birth: it tells everybody in the channel who enrolled, and nothing of the secret. */
const enrolled =
  (confirming: Confirming, handover: Handover) =>
  (tick: Tick): Moved => {
    const { user, place } = confirming;
    const request = ended(askedOf(confirming), { kind: 'answered', view: told(user) }, tick);
    return { ...moved(request, 'enrolled', { by: user, detail: { channel: place.channel } }), handover };
  };

export const ENROLMENT = 'ops second-factor enroll';

function told(user: string): View {
  return {
    title: 'Second factor enrolled',
    tone: 'neutral',
    parts: [
      {
        kind: 'text',
        text: [
          'From now on ',
          { user },
          ' approves what cannot be undone with a one-time code. If that was not you, ask for /ops second-factor reset.',
        ],
      },
    ],
  };
}
