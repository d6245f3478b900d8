import type { Head } from './audit';

/**
 * Where places of the audit trail are kept outside Redis: whoever rewrites the whole trail, head and all, leaves it
 * consistent in itself, and only such a place tells.
 */
export interface Anchor {
  /** For messages: `etcd at 10.0.0.1:2379`. */
  readonly where: string;
  /** The newest place that is kept, or null. */
  newest(): Promise<Head | null>;
  /** Keeps a place if the newest is still `after`, which the trail was compared with. Returns the newest that is kept then. */
  keep(head: Head, after: Head | null): Promise<Head | null>;
  /** A bounded selection of the places that were ever kept, oldest first. */
  places(): Promise<readonly Head[]>;
}

/** A place that is known from outside: of an anchor, or typed from a message. Its hash may be shortened. */
export type Place = Head;

export interface Compared extends Place {
  /** `not reached`: the trail ends, or is broken, before it. */
  readonly says: 'agrees' | 'differs' | 'not reached';
}

/** What a walk over the trail says of places: `found` holds the hash of each entry that the walk passed. */
export function compare(places: readonly Place[], found: ReadonlyMap<number, string>): readonly Compared[] {
  return places.map((place) => {
    const hash = found.get(place.seq);
    if (hash === undefined) return { ...place, says: 'not reached' };
    return { ...place, says: hash.startsWith(place.hash) ? 'agrees' : 'differs' };
  });
}
