import { createHash } from 'node:crypto';
import { BackendFailure } from '../failure';
import type { Approved, Entry, Guard } from './palm';

export const SERVERS = '/servers/';

/** The only form of a name that may become part of a key: `..` and `/` never get into a v2 path this way. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const REQUEST = /^R[0-9A-Z]{4,16}$/;
/** v2 takes `prevIndex=0` for no condition at all, and etcd3 takes what is no number for 0. */
const REVISION = /^[1-9][0-9]{0,18}$/;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

export function serverKey(uuid: string): string {
  if (!isUuid(uuid)) throw refused('this is no uuid of a server');
  return SERVERS + uuid;
}

export function revisionOf(text: string): string {
  if (!REVISION.test(text)) throw refused('this is no revision of a key');
  return text;
}

/** Outside `/servers/`, which PALM watches. */
export function receiptKey(request: string, uuid: string): string {
  if (!REQUEST.test(request)) throw refused('this is no id of a request');
  if (uuid !== 'all' && !isUuid(uuid)) throw refused('this is no uuid of a server');
  return `/palm-bot/receipts/${request}/${uuid}`;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function matches(entry: Entry, guard: Pick<Guard, 'revision' | 'sha256'>): boolean {
  return !entry.directory && entry.revision === guard.revision && sha256(entry.bytes) === guard.sha256;
}

export function approvedForm(entry: Entry): Approved {
  return { id: entry.id, revision: entry.revision, sha256: sha256(entry.bytes) };
}

/** The rows that nobody approved: new ones and rewritten ones. Rows that vanished are no matter here. */
export function notApproved(rows: readonly Approved[], approved: readonly Approved[]): readonly string[] {
  const known = new Set(approved.map(identity));
  return rows.filter((row) => !known.has(identity(row))).map((row) => row.id);
}

function identity(row: Approved): string {
  return JSON.stringify([row.id, row.revision, row.sha256]);
}

function refused(message: string): BackendFailure {
  return new BackendFailure(message, { backend: 'palm', kind: 'rejected', effect: 'none' });
}
