import type { Redis } from 'ioredis';
import type { Request } from '../request/request';
import type { Keys } from '../store/redis';
import type { Drawn } from '../store/redraws';

/** Permanent links of messages. The workspace's address is told by Slack at start and kept, so that a worker knows it too. */
export interface Links {
  remember(workspace: string): Promise<void>;
  /** The link of a request's message, or null when there is none or the workspace is not known yet. */
  of(request: Request): Promise<string | null>;
}

export function createLinks(redis: Redis, keys: Keys): Links {
  return {
    remember: async (workspace) => void (await redis.set(keys.workspace, workspace)),
    of: async ({ id, place, isPrivate }) => {
      const [workspace, message] = await redis.mget(keys.workspace, keys.message(id));
      if (!workspace || !message) return null;
      const drawn = JSON.parse(message) as Drawn;
      // Only one person can see a direct message.
      if (drawn.refused !== undefined) return null;
      // The thread is of the channel where it was asked; a private message stands in none.
      return permalink(workspace, drawn, isPrivate ? undefined : place.thread);
    },
  };
}

/** In the form that Slack gives them: the time without its dot; an answer in a thread names the thread as well. */
function permalink(
  workspace: string,
  { channel, ts }: { readonly channel: string; readonly ts: string },
  thread?: string,
): string {
  const link = new URL(`archives/${channel}/p${ts.replace('.', '')}`, workspace);
  if (thread !== undefined) {
    link.searchParams.set('thread_ts', thread);
    link.searchParams.set('cid', channel);
  }
  return link.href;
}
