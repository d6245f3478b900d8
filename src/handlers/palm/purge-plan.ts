import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Guard } from '../../backends/palm/palm';
import type { Json, Pool } from '../operation';
import { readServer, type Server } from './record';

const server = z.strictObject({
  uuid: z.string(),
  revision: z.string(),
  sha256: z.string(),
  /** The exact bytes, for putting them back. */
  base64: z.base64(),
  /** How many servers call it leader, and the first of them. */
  followers: z.strictObject({
    count: z.int(),
    first: z.array(z.strictObject({ uuid: z.string(), server: z.string() })),
  }),
});

export const purgePlan = z.strictObject({
  api: z.enum(['v2', 'v3']),
  cluster: z.string(),
  servers: z.array(server).min(1),
});

export type PurgePlan = z.output<typeof purgePlan>;
export type PurgedServer = PurgePlan['servers'][number];

/** For floors: what a purge or a reset takes away from. */
export function poolOf(removes: number, leaves: number): Pool {
  return { key: 'palm/servers', name: 'registered PALM servers', removes, leaves };
}

export function targetOf({ uuid }: Pick<PurgedServer, 'uuid'>): string {
  return `palm/servers/${uuid}`;
}

export function bytesOf({ base64 }: Pick<PurgedServer, 'base64'>): Buffer {
  return Buffer.from(base64, 'base64');
}

/** The record that people see is read from the bytes that are guarded and kept, and from nothing else. */
export function recordOf(purged: PurgedServer): Server {
  const bytes = bytesOf(purged);
  const row = readServer({ id: purged.uuid, bytes, directory: false });
  if (!row.ok || sha256(bytes) !== purged.sha256) throw new Error(`the plan's record of ${purged.uuid} is damaged`);
  return row.server;
}

/** For people who compare two plans: records field by field instead of their bytes. */
export function comparedPurge({ servers }: PurgePlan): Json {
  return servers.map((purged) => ({
    uuid: purged.uuid,
    revision: purged.revision,
    record: recordOf(purged),
    'called leader by': purged.followers.count,
  }));
}

export function guardOf({ uuid, revision, sha256 }: PurgedServer): Guard {
  return { uuid, revision, sha256 };
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
