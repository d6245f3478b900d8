/** What the workspace holds: people, channels, messages, files. Everything in memory; every change is announced. */
import type { Person } from '../world';
import { CHANNELS, PEOPLE } from '../world';
import { withIds } from './block-ids';
import type { Block } from './check/blocks';
import { BOT, SLACKBOT } from './identity';
import { mentionedIn } from './mentions';
import type { Channel, StoredFile, StoredMessage, UserGroup, WorkspaceOptions } from './types';

interface Draft {
  readonly channel: string;
  readonly author: string;
  readonly text: string;
  readonly blocks?: readonly Block[];
  readonly threadTs?: string | undefined;
  readonly audience?: string;
  readonly fileIds?: readonly string[];
  readonly failure?: boolean;
}

export interface Store {
  readonly people: readonly Person[];
  readonly userGroups: readonly UserGroup[];
  readonly botName: string;
  channels(): readonly Channel[];
  /** By id or name. Throws when there is none: a test or a page that names a stranger is wrong. */
  person(who: string): Person;
  channel(which: string): Channel;
  findChannel(which: string): Channel | undefined;
  /** The direct messages of the app and this person, made on first use. */
  dm(user: string): Channel;
  nameOf(user: string): string;
  post(draft: Draft): StoredMessage;
  edit(message: StoredMessage, change: { readonly text: string; readonly blocks: readonly Block[] }): void;
  remove(message: StoredMessage): void;
  /** Ordinary and ephemeral ones, oldest first. */
  messages(): readonly StoredMessage[];
  find(channel: string, ts: string): StoredMessage | undefined;
  readonly files: Map<string, StoredFile>;
  changed(): void;
  /** Returns the way to stop listening. */
  onChange(listener: () => void): () => void;
}

/** Slack's message ids: seconds and a counter that keeps them unique and ascending. */
function createClock(): () => string {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Date.now() * 1000);
    return `${Math.floor(last / 1_000_000)}.${String(last % 1_000_000).padStart(6, '0')}`;
  };
}

function createPlaces(options: WorkspaceOptions, botName: string) {
  const people = options.people ?? Object.values(PEOPLE);
  const list: Channel[] = (options.channels ?? CHANNELS).map((one) => ({
    ...one,
    ...{ kind: 'channel', isMember: true, isArchived: false },
  }));
  const findChannel = (which: string) => list.find((one) => one.id === which || one.name === which.replace(/^#/, ''));
  const person = (who: string) => {
    const found = people.find((one) => one.id === who || one.name === who);
    if (!found) throw new Error(`nobody is called ${who}; there are ${people.map((one) => one.name).join(', ')}`);
    return found;
  };
  const dm = (user: string) => {
    const id = `D${user.slice(1)}`;
    const name = `${botName} and ${person(user).name}`;
    const made: Channel = findChannel(id) ?? { id, name, kind: 'dm', isMember: true, isArchived: false };
    if (!list.includes(made)) list.push(made);
    return made;
  };
  const channel = (which: string) => {
    const found = findChannel(which);
    if (!found) throw new Error(`there is no channel ${which}; there are ${list.map((one) => one.name).join(', ')}`);
    return found;
  };
  const nameOf = (user: string) => {
    if (user === BOT.user) return botName;
    return user === SLACKBOT ? 'Slackbot' : (people.find((one) => one.id === user)?.name ?? user);
  };
  return { people, channels: () => list, person, channel, findChannel, dm, nameOf };
}

export function createStore(options: WorkspaceOptions, botName: string): Store {
  const messages: StoredMessage[] = [];
  const listeners = new Set<() => void>();
  const nextTs = createClock();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  return {
    ...createPlaces(options, botName),
    botName,
    userGroups: options.userGroups ?? [],
    files: new Map(),
    changed,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    messages: () => messages,
    find: (channel, ts) => messages.find((one) => one.channel === channel && one.ts === ts),
    post: (draft) => {
      const made = { blocks: [], fileIds: [], threadTs: undefined, audience: undefined, failure: false, ...draft };
      const notified = mentionedIn(made, options.userGroups ?? []);
      const blocks = made.blocks.map(withIds);
      const message: StoredMessage = { ...made, blocks, notified, ts: nextTs(), editedCount: 0 };
      messages.push(message);
      changed();
      return message;
    },
    edit: (message, change) => {
      message.text = change.text;
      message.blocks = change.blocks.map(withIds);
      message.editedCount += 1;
      changed();
    },
    remove: (message) => {
      messages.splice(messages.indexOf(message), 1);
      changed();
    },
  };
}
