import type { TroubledSystem } from '../world';
import type { Store } from './store';

/** What can be wrong with a channel: the app was not invited, or the channel is archived. A switch for each. */
const KINDS = {
  out: { label: (name: string) => `The bot is not in #${name}`, change: (on: boolean) => ({ isMember: !on }) },
  archived: { label: (name: string) => `#${name} is archived`, change: (on: boolean) => ({ isArchived: on }) },
} as const;

export function createChannelTrouble(store: Pick<Store, 'channels' | 'channel'>): TroubledSystem {
  return {
    name: 'slack',
    troubles: () =>
      store
        .channels()
        .filter(({ kind }) => kind === 'channel')
        .flatMap(({ name, isMember, isArchived }) => [
          { id: `out ${name}`, label: KINDS.out.label(name), on: !isMember },
          { id: `archived ${name}`, label: KINDS.archived.label(name), on: isArchived },
        ]),
    switchTrouble: async (id, on) => {
      const [, kind, name = ''] = /^(out|archived) (.+)$/.exec(id) ?? [];
      if (kind !== 'out' && kind !== 'archived') throw new Error(`Slack has no trouble ${id}`);
      Object.assign(store.channel(name), KINDS[kind].change(on));
    },
  };
}
