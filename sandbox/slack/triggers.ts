/** Trigger ids open one view within three seconds; response URLs take five posts within half an hour. */
import { LIMITS } from '../../src/bot/view/limits';
import { randomId } from './identity';
import type { WorkspaceOptions } from './types';

/** What a response URL or a trigger came from. */
export interface Origin {
  readonly who: string;
  readonly channel: string | undefined;
  /** The message that was clicked; undefined for a command. */
  readonly ts: string | undefined;
  readonly threadTs: string | undefined;
}

type Exchanged = { readonly ok: true; readonly origin: Origin } | { readonly ok: false; readonly error: string };

export interface Tickets {
  trigger(origin: Origin): string;
  exchange(triggerId: string): Exchanged;
  responsePath(origin: Origin): string;
  /** Takes one of the uses. */
  redeem(path: string): Exchanged;
}

export function createTickets(options: WorkspaceOptions): Tickets {
  const triggers = new Map<string, { readonly origin: Origin; readonly at: number; used: boolean }>();
  const urls = new Map<string, { readonly origin: Origin; readonly at: number; left: number }>();
  const triggerMs = options.triggerMs ?? LIMITS.time.triggerMs;
  const urlMs = options.responseUrlMs ?? LIMITS.responseUrl.lifeMs;
  return {
    trigger: (origin) => {
      const id = `${Date.now()}.${triggers.size + 1}.${randomId('').toLowerCase()}`;
      triggers.set(id, { origin, at: performance.now(), used: false });
      return id;
    },
    exchange: (triggerId) => {
      const found = triggers.get(triggerId);
      if (!found) return { ok: false, error: 'invalid_trigger_id' };
      if (found.used) return { ok: false, error: 'exchanged_trigger_id' };
      if (performance.now() - found.at > triggerMs) return { ok: false, error: 'expired_trigger_id' };
      found.used = true;
      return { ok: true, origin: found.origin };
    },
    responsePath: (origin) => {
      const path = `/respond/${randomId('')}`;
      urls.set(path, { origin, at: performance.now(), left: LIMITS.responseUrl.uses });
      return path;
    },
    redeem: (path) => {
      const found = urls.get(path);
      if (!found || performance.now() - found.at > urlMs) return { ok: false, error: 'expired_url' };
      if (found.left === 0) return { ok: false, error: 'used_url' };
      found.left -= 1;
      return { ok: true, origin: found.origin };
    },
  };
}
