import { createHash } from 'node:crypto';
import type { Base, Container } from './openio';

/** Upper-case SHA-256 of account, a zero byte and name: how OpenIO files a container. */
export function cidOf(account: string, name: string): string {
  return createHash('sha256').update(account).update('\0').update(name).digest('hex').toUpperCase();
}

/** 64 hexadecimal digits, the same with `.1` behind it, or the 1 to 4 digits of a directory base. */
export function isCid(text: string): boolean {
  return /^[0-9a-f]{64}(\.\d+)?$|^[0-9a-f]{1,4}$/i.test(text);
}

/** The cid as the servers spell it: upper case, without sequence number, short ones padded to four digits. */
export function cidOfContainer(container: Container): string {
  if (container.by === 'name') return cidOf(container.account, container.name);
  const cid = container.cid.toUpperCase().replace(/\.\d+$/, '');
  return cid.length <= 4 ? cid.padEnd(4, '0') : cid;
}

/** The name of the database, type included, for showing. Namespaces that use fewer than four digits name meta1 bases shorter. */
export function baseName(base: Base): string {
  const cid = cidOfContainer(base.container);
  if (base.type === 'meta0') return `${base.container.namespace}.meta0`;
  return base.type === 'meta1' ? `${cid.slice(0, 4)}.meta1` : `${cid}.1.meta2`;
}

/**
 * What is locked and audited: `NS/CID.1.meta2`. How many containers share a meta1 base depends on a setting that the proxy
 * does not tell, so all of them share one lock.
 */
export function lockName(base: Base): string {
  const name = base.type === 'meta2' ? baseName(base) : base.type;
  return `${base.container.namespace}/${name}`;
}

/** How people call it: `FVE0 of myaccount`, or the cid. */
export function containerLabel(container: Container): string {
  return container.by === 'name' ? `${container.name} of ${container.account}` : container.cid;
}

/** Query parameters that name the container. */
export function query(container: Container): Record<string, string> {
  return container.by === 'name' ? { acct: container.account, ref: container.name } : { cid: container.cid };
}
