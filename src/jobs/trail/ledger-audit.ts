import type { AuditExport, AuditPlace, AuditReport, Since } from '../../handlers/ledger';
import type { Anchor, Place } from './anchor';
import { GENESIS, type Head, hashOf } from './audit';
import { exportHeader, walk } from './export';
import type { Trail } from './trail';

/** The trail as operations see it: checked against itself and against what is kept elsewhere, and exported. */
export interface AuditDeps {
  readonly trail: Trail;
  readonly name: string;
  /** Null where none is configured. */
  readonly anchor: Anchor | null;
  /** Redis TIME. */
  readonly now: () => Promise<number>;
}

export async function verifyAudit(
  { trail, anchor }: AuditDeps,
  typed: readonly AuditPlace[] = [],
): Promise<AuditReport> {
  // Anchors are read before the head: one that is kept meanwhile would lie beyond it.
  const anchored = await readAnchor(anchor);
  const head = await trail.head();
  const kept = anchored.kind === 'read' ? anchored.places : [];
  const { verdict, compared } = await walk(trail.all(head), head, { after: GENESIS, places: [...kept, ...typed] });
  const anchors = anchored.kind === 'read' ? { ...anchored, places: compared.slice(0, kept.length) } : anchored;
  const others = { anchors, typed: compared.slice(kept.length) };
  if (verdict.kind === 'broken') return { ...verdict, ...others };
  if (await trail.hasMore()) {
    const why = 'something stands behind the newest entry that the bot wrote';
    return { kind: 'broken', at: head.seq + 1, why, ...others };
  }
  return { kind: 'whole', entries: verdict.entries, head: head.hash, ...others };
}

type Anchored = { readonly kind: 'read'; readonly where: string; readonly places: readonly Place[] };

async function readAnchor(
  anchor: Anchor | null,
): Promise<Anchored | Exclude<AuditReport['anchors'], { kind: 'read' }>> {
  if (!anchor) return { kind: 'none' };
  try {
    return { kind: 'read', where: anchor.where, places: await anchor.places() };
  } catch (error) {
    return { kind: 'unreadable', where: anchor.where, why: error instanceof Error ? error.message : String(error) };
  }
}

export async function exportAudit(deps: AuditDeps, since: Since | null): Promise<AuditExport> {
  const { trail, name } = deps;
  const head = await trail.head();
  const first = since === null ? 1 : Math.min(await trail.firstSince(await timeOf(deps, since)), head.seq + 1);
  const after = await placeBefore(trail, first);
  const lines = [exportHeader(name, after, head)];
  for await (const text of trail.all(head, first)) lines.push(text);
  return { lines, entries: lines.length - 1, head };
}

/** The place that an entry follows. Where that entry is gone, the export says so by a chain that is broken at once. */
async function placeBefore(trail: Trail, seq: number): Promise<Head> {
  if (seq <= 1) return GENESIS;
  const text = await trail.entry(seq - 1);
  return { seq: seq - 1, hash: text === null ? GENESIS.hash : hashOf(text) };
}

export async function timeOf({ now }: Pick<AuditDeps, 'now'>, since: Since): Promise<number> {
  return 'at' in since ? since.at : (await now()) - since.ago;
}
