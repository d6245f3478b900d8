import type { Anchor } from './anchor';
import { type Head, hashOf } from './audit';
import type { Trail } from './trail';

/** How often the head is kept outside Redis. What is newer than this is held by the footers of messages only. */
const EVERY_MS = 5_000;

export interface AnchoringDeps {
  readonly trail: Trail;
  readonly anchor: Anchor;
  /** Told once when anchoring stops working, and once when it works again (null). */
  readonly onProblem: (problem: unknown) => void;
  readonly everyMs?: number;
}

/** The trail is not the one whose places are kept: nothing is kept of it, so that the old places still tell. */
export class TrailDiffers extends Error {
  override readonly name = 'TrailDiffers';
}

export interface Anchoring {
  /** Keeps the head now, or joins whoever is at it. */
  round(): Promise<void>;
  stop(): Promise<void>;
}

/** Keeps the head of the trail outside Redis, now and then. No move ever waits for it. */
export function startAnchoring({ trail, anchor, onProblem, everyMs = EVERY_MS }: AnchoringDeps): Anchoring {
  let kept: Head | null = null;
  let keeping: Promise<void> | null = null;
  let troubled = false;

  async function keep(): Promise<void> {
    // The anchor is asked first: the trail only grows, so a head that is read later can never be behind it.
    kept ??= await anchor.newest();
    const head = await trail.head();
    if (head.seq === 0 && !kept) return;
    if (kept) await mustContain(trail, head, kept);
    // Where another process was faster, its place is looked at in the next round: ours must not take its place unseen.
    if (head.seq > (kept?.seq ?? 0)) kept = await anchor.keep(head, kept);
  }

  async function keepOrSay(): Promise<void> {
    try {
      await keep();
      if (troubled) onProblem(null);
      troubled = false;
    } catch (error) {
      // What the far side has now is not known any more.
      kept = null;
      if (!troubled) onProblem(error);
      troubled = true;
    }
  }

  function round(): Promise<void> {
    keeping ??= keepOrSay().finally(() => {
      keeping = null;
    });
    return keeping;
  }

  const timer = setInterval(() => void round(), everyMs);
  return {
    round,
    stop: async () => {
      clearInterval(timer);
      await keeping;
    },
  };
}

async function mustContain(trail: Trail, head: Head, kept: Head): Promise<void> {
  if (head.seq < kept.seq) {
    throw new TrailDiffers(`the audit trail ends at ${head.seq}, but entry ${kept.seq} is anchored`);
  }
  const text = await trail.entry(kept.seq);
  if (text === null || hashOf(text) !== kept.hash) {
    throw new TrailDiffers(`entry ${kept.seq} of the audit trail is not the one that is anchored`);
  }
}
