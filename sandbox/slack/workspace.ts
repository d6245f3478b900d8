/**
 * A pretend Slack workspace: the Web API, Socket Mode and signed requests, people who type and press, and a page to watch
 * and act in. Strict: what Slack refuses, it refuses.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { LIMITS } from '../../src/bot/view/limits';
import type { Scenario, Trouble } from '../world';
import { createUploads } from './api/files';
import type { Desk } from './api/method';
import { createChannelTrouble } from './channel-trouble';
import { type ButtonPress, type Press, press, pressButton } from './clicks';
import { openHome, type ShortcutUse, say, sendEvent, type Typing, typeCommand, useShortcut } from './commands';
import { createCourier } from './courier';
import { createFaults, type FaultBox, type Faults } from './faults';
import { createIdentity, type Identity } from './identity';
import { type Manifest, readManifest } from './manifest';
import { closeView, pressInHome, pressInView, type Submission, submitView, type ViewPress } from './modals';
import { createRates } from './rates';
import type { Result, Scene } from './scene';
import { type SeenHome, type SeenMessage, type SeenView, seenHome, seenMessage, seenView } from './seen';
import { createWorkspaceServer } from './server';
import { createSocketHub, type DisconnectReason } from './socket-link';
import type { Choice } from './state';
import { createStore, type Store } from './store';
import { type Suggesting, suggest } from './suggestions';
import { createTraffic, type TrafficLog } from './traffic';
import { createTickets } from './triggers';
import type { AppLink, Call, HomeTab, OpenView, Payload, StoredFile, WorkspaceOptions } from './types';
import { createUntil, type Look } from './until';
import { createViews } from './views';

interface WorldState {
  readonly systems: readonly { readonly name: string; readonly troubles: readonly Trouble[] }[];
}

export interface Workspace extends Identity {
  /** The page. */
  readonly url: string;
  /** For `slackApiUrl` and SLACK_API_URL. */
  readonly apiUrl: string;
  readonly manifest: Manifest;
  /** Says how events reach the app from now on. */
  connect(link: AppLink): void;
  link(): { readonly mode: AppLink['mode']; readonly connections: number };

  typeCommand(typing: Typing): Promise<Result>;
  say(typing: Typing): void;
  press(pressed: Press): Promise<Result>;
  pressButton(pressed: ButtonPress): Promise<Result>;
  submitView(submission: Submission): Promise<Result>;
  closeView(who: string): Promise<void>;
  pressInView(pressed: ViewPress): Promise<Result>;
  pressInHome(pressed: ViewPress): Promise<Result>;
  /** What the app offers to somebody who types into one of its menus. */
  suggest(suggesting: Suggesting): Promise<readonly Choice[]>;
  useShortcut(use: ShortcutUse): Promise<Result>;
  openHome(who: string): Promise<Result>;
  sendEvent(event: Payload & { readonly type: string }): Promise<Result>;

  /** Ordinary messages and thread replies of a channel (of all without one), oldest first. */
  messages(channel?: string): readonly SeenMessage[];
  /** What only this person sees, oldest first. */
  ephemerals(who: string): readonly SeenMessage[];
  /** The modal that this person has open. */
  view(who: string): SeenView | undefined;
  openView(user: string): OpenView | undefined;
  /** This person's Home tab, once the app has published one. */
  home(who: string): SeenHome | undefined;
  homeTab(user: string): HomeTab | undefined;
  files(): readonly StoredFile[];
  /** The traffic log, oldest first. */
  readonly calls: readonly Call[];

  readonly faults: Faults;
  /** Sends a disconnect frame to every socket. Returns how many there were. */
  disconnect(reason: DisconnectReason): number;
  world(): WorldState;
  readonly scenarios: readonly Scenario[];
  switchTrouble(system: string, trouble: string, on: boolean): Promise<void>;

  /** Resolves with the first truthy thing that `look` returns, now or after a change; fails after `timeoutMs`. */
  until<T>(look: Look<T>, timeoutMs?: number): Promise<T>;
  /** Tells the page and `until` that something outside (a trouble) has changed. */
  changed(): void;
  close(): Promise<void>;
}

interface Rooms {
  readonly identity: Identity;
  readonly traffic: TrafficLog;
  readonly faults: FaultBox;
  readonly scene: Scene;
}

function createRooms(options: WorkspaceOptions, origin: () => string): Rooms {
  const manifest = readManifest(options.manifest);
  const botName = manifest.features.bot_user?.display_name ?? manifest.display_information.name;
  const store = createStore(options, botName);
  const { changed } = store;
  const identity = createIdentity();
  const ackMs = options.ackMs ?? LIMITS.time.ackMs;
  const hub = createSocketHub({ ackMs, pingEveryMs: options.pingEveryMs ?? 10_000, changed });
  const traffic = createTraffic(changed);
  const faults = createFaults();
  const road = { hub, faults, traffic, signingSecret: identity.signingSecret, ackMs };
  const courier = createCourier(options.app ?? { mode: 'socket' }, road);
  const tickets = createTickets(options);
  const scopes = manifest.oauth_config.scopes.bot;
  const homeTab = manifest.features.app_home?.home_tab_enabled ?? false;
  const desk: Desk = {
    homeTab,
    store,
    views: createViews(changed),
    tickets,
    hub,
    scopes,
    origin,
    uploads: createUploads(),
  };
  return { identity, traffic, faults, scene: { desk, courier, manifest } };
}

function peopleOf(scene: Scene) {
  return {
    typeCommand: (typing: Typing) => typeCommand(scene, typing),
    say: (typing: Typing) => {
      say(scene, typing);
    },
    press: (pressed: Press) => press(scene, pressed),
    pressButton: (pressed: ButtonPress) => pressButton(scene, pressed),
    submitView: (submission: Submission) => submitView(scene, submission),
    closeView: (who: string) => closeView(scene, who),
    pressInView: (pressed: ViewPress) => pressInView(scene, pressed),
    pressInHome: (pressed: ViewPress) => pressInHome(scene, pressed),
    suggest: (suggesting: Suggesting) => suggest(scene, suggesting),
    useShortcut: (use: ShortcutUse) => useShortcut(scene, use),
    openHome: (who: string) => openHome(scene, who),
    sendEvent: (event: Payload & { readonly type: string }) => sendEvent(scene, event),
  };
}

function sightsOf({ store, views }: Desk) {
  return {
    messages: (channel?: string) => {
      const only = channel === undefined ? undefined : store.channel(channel).id;
      const all = store.messages().filter((one) => one.audience === undefined && (!only || one.channel === only));
      return all.map((one) => seenMessage(store, one));
    },
    ephemerals: (who: string) => {
      const user = store.person(who).id;
      return store.messages().flatMap((one) => (one.audience === user ? [seenMessage(store, one)] : []));
    },
    view: (who: string) => {
      const open = views.top(store.person(who).id);
      return open && seenView(store, open);
    },
    openView: (user: string) => views.top(user),
    home: (who: string) => {
      const tab = views.home(store.person(who).id);
      return tab && seenHome(store, tab);
    },
    homeTab: (user: string) => views.home(user),
    files: () => [...store.files.values()],
  };
}

function worldOf({ systems: others = [], scenarios = [] }: WorkspaceOptions, store: Store) {
  const systems = [...others, createChannelTrouble(store)];
  return {
    scenarios,
    world: () => ({ systems: systems.map((one) => ({ name: one.name, troubles: one.troubles() })) }),
    switchTrouble: async (name: string, trouble: string, on: boolean) => {
      const system = systems.find((one) => one.name === name);
      if (!system) throw new Error(`there is no system ${name}`);
      await system.switchTrouble(trouble, on);
      store.changed();
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the workspace does not listen');
  return address.port;
}

function originOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** Listens when it resolves. Throws when the manifest is one that Slack would refuse. */
export async function createWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  let port = 0;
  const { identity, traffic, faults, scene } = createRooms(options, () => originOf(port));
  const { store, hub } = scene.desk;
  const until = createUntil(store, traffic.calls);
  const api = { desk: scene.desk, identity, rates: createRates(options.rates), faults, traffic };
  const server = createWorkspaceServer({ api, port: () => port, workspace: () => workspace });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  port = portOf(server);
  const workspace: Workspace = {
    ...identity,
    ...peopleOf(scene),
    ...sightsOf(scene.desk),
    ...worldOf(options, store),
    url: `${originOf(port)}/`,
    apiUrl: `${originOf(port)}/api/`,
    manifest: scene.manifest,
    connect: scene.courier.connect,
    link: () => ({ mode: scene.courier.mode(), connections: hub.connections() }),
    calls: traffic.calls,
    faults,
    disconnect: hub.disconnect,
    until: until.wait,
    changed: store.changed,
    close: async () => {
      until.stop();
      await hub.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return workspace;
}
