/** The modals that each person has open, at most three on one another, and everybody's Home tab. */
import { LIMITS } from '../../src/bot/view/limits';
import { withIds } from './block-ids';
import type { Home, Modal } from './check/blocks';
import { APP_ID, BOT, randomId, TEAM } from './identity';
import type { Choice } from './state';
import type { HomeTab, OpenView } from './types';

export interface Views {
  /** Top of this person's stack: what they see. */
  top(owner: string): OpenView | undefined;
  find(by: { readonly id?: string | undefined; readonly externalId?: string | undefined }): OpenView | undefined;
  open(owner: string, view: Modal): OpenView;
  /** Undefined when three are stacked already. */
  push(owner: string, view: Modal): OpenView | undefined;
  update(open: OpenView, view: Modal): void;
  showErrors(open: OpenView, errors: Readonly<Record<string, string>>): void;
  close(owner: string, which: 'top' | 'all'): void;
  /** The app offers these for a menu; what it offered before can still be chosen. */
  offer(open: OpenView, actionId: string, options: readonly Choice[]): void;
  home(owner: string): HomeTab | undefined;
  publish(owner: string, view: Home): HomeTab;
}

function newView(owner: string, view: Modal, rootId?: string): OpenView {
  const id = randomId('V');
  return { id, rootId: rootId ?? id, owner, view: named(view), hash: newHash(), offered: {}, errors: {} };
}

function newHash(): string {
  return `${Math.floor(Date.now() / 1000)}.${randomId('').toLowerCase()}`;
}

function named<T extends Modal | Home>(view: T): T {
  return { ...view, blocks: view.blocks.map(withIds) };
}

export function createViews(changed: () => void): Views {
  const stacks = new Map<string, OpenView[]>();
  const homes = new Map<string, HomeTab>();
  const stackOf = (owner: string) => stacks.get(owner) ?? [];
  const keep = (owner: string, stack: OpenView[]) => {
    stacks.set(owner, stack);
    changed();
  };
  return {
    top: (owner) => stackOf(owner).at(-1),
    find: ({ id, externalId }) => {
      const all = [...stacks.values()].flat();
      return all.find((one) => (id ? one.id === id : externalId !== undefined && one.view.external_id === externalId));
    },
    open: (owner, view) => {
      const made = newView(owner, view);
      keep(owner, [made]);
      return made;
    },
    push: (owner, view) => {
      const stack = stackOf(owner);
      if (stack.length >= LIMITS.view.stack) return undefined;
      const made = newView(owner, view, stack[0]?.rootId);
      keep(owner, [...stack, made]);
      return made;
    },
    update: (open, view) => {
      open.view = named(view);
      open.hash = newHash();
      open.errors = {};
      changed();
    },
    showErrors: (open, errors) => {
      open.errors = errors;
      changed();
    },
    offer: (open, actionId, options) => {
      const known = open.offered[actionId] ?? [];
      open.offered = { ...open.offered, [actionId]: [...options, ...known] };
    },
    home: (owner) => homes.get(owner),
    publish: (owner, view) => {
      const known = homes.get(owner) ?? { id: randomId('V'), owner };
      const tab = { ...known, view: named(view), hash: newHash() };
      homes.set(owner, tab);
      changed();
      return tab;
    },
    close: (owner, which) => keep(owner, which === 'all' ? [] : stackOf(owner).slice(0, -1)),
  };
}

/** As Slack shows a view to the app. */
export function viewPayload(open: OpenView | HomeTab): Readonly<Record<string, unknown>> {
  return {
    id: open.id,
    team_id: TEAM.id,
    app_id: APP_ID,
    bot_id: BOT.bot,
    root_view_id: 'rootId' in open ? open.rootId : open.id,
    previous_view_id: null,
    hash: open.hash,
    callback_id: '',
    private_metadata: '',
    external_id: '',
    submit: null,
    close: null,
    clear_on_close: false,
    notify_on_close: false,
    state: { values: {} },
    ...open.view,
  };
}
