import { BackendFailure } from '../failure';

/** An etcd address: scheme, host and port, and nothing else. */
const HOST = /^https?:\/\/([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}\/?$/;

/** Throws a plain error for a setting that cannot be right: a typing mistake here must end the start, not a night's work. */
export function parseHosts(hosts: readonly string[]): readonly string[] {
  if (hosts.length === 0) throw new Error('no etcd host is given');
  const wrong = hosts.findIndex((host) => !HOST.test(host) || !URL.canParse(host));
  if (wrong >= 0) throw new Error(`etcd host ${wrong + 1} is not of the form http://host:2379`);
  const schemes = new Set(hosts.map((host) => new URL(host).protocol));
  if (schemes.size > 1) throw new Error('some etcd hosts are http and some are https; give all of one kind');
  return hosts.map((host) => host.replace(/\/$/, ''));
}

/**
 * Asks one host after the other until one answers. A read goes on past any host that gives no answer, a write only past one
 * that certainly never got it.
 */
export async function firstAnswer<T>(
  hosts: readonly string[],
  mode: 'read' | 'write',
  ask: (host: string) => Promise<T>,
): Promise<T> {
  let last: unknown = new Error('no etcd host is given');
  for (const host of hosts) {
    try {
      return await ask(host);
    } catch (error) {
      if (!maySkip(error, mode)) throw error;
      last = error;
    }
  }
  throw last;
}

function maySkip(error: unknown, mode: 'read' | 'write'): boolean {
  if (!(error instanceof BackendFailure) || error.effect !== 'none') return false;
  return error.kind === 'unreachable' || (mode === 'read' && error.kind === 'timeout');
}
