/** The words of the pretend workspace. */
import type { Person, Scenario, TroubledSystem } from '../world';
import type { Block, Home, Modal } from './check/blocks';
import type { Offered } from './state';

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'channel' | 'dm';
  /** Whether the app is in it. */
  isMember: boolean;
  isArchived: boolean;
}

export interface UserGroup {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  /** User ids. */
  readonly users: readonly string[];
}

/** How events reach the app. */
export type AppLink = { readonly mode: 'socket' } | { readonly mode: 'http'; readonly requestUrl: string };

/** `burst` calls at once, refilled at `perMinute`. */
export interface Rate {
  readonly perMinute: number;
  readonly burst: number;
}
export type Tier = 'post' | 'update' | 'tier2' | 'tier3' | 'tier4';

export interface WorkspaceOptions {
  /** The app's manifest, as read from its file. */
  readonly manifest: unknown;
  /** Socket Mode unless said otherwise; `connect` changes it later. */
  readonly app?: AppLink;
  readonly people?: readonly Person[];
  readonly channels?: readonly { readonly id: string; readonly name: string }[];
  readonly userGroups?: readonly UserGroup[];
  /** Of the page, the Web API and the sockets; 0 takes a free one. */
  readonly port?: number;
  readonly rates?: Partial<Record<Tier, Rate>>;
  /** Milliseconds; shorter ones make tests of lateness quick. */
  readonly ackMs?: number;
  readonly triggerMs?: number;
  readonly responseUrlMs?: number;
  /** Between two pings to each socket. */
  readonly pingEveryMs?: number;
  readonly systems?: readonly TroubledSystem[];
  readonly scenarios?: readonly Scenario[];
}

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly mimetype: string;
  readonly bytes: Buffer;
}

export interface StoredMessage {
  readonly channel: string;
  readonly ts: string;
  /** A user id; the app's own is `BOT.user`, Slack's voice is `SLACKBOT`. */
  readonly author: string;
  readonly threadTs: string | undefined;
  /** The one person who sees it; undefined: everybody. */
  readonly audience: string | undefined;
  text: string;
  blocks: readonly Block[];
  fileIds: readonly string[];
  editedCount: number;
  /** User ids; `everyone` for @channel and its like. Fixed when it was posted. */
  readonly notified: readonly string[];
  /** Set for a sandbox notice such as operation_timeout. */
  readonly failure: boolean;
}

export interface OpenView {
  readonly id: string;
  readonly rootId: string;
  readonly owner: string;
  view: Modal;
  hash: string;
  /** What the app offered for its menus so far, by action id. */
  offered: Offered;
  /** By block id; shown under the inputs. */
  errors: Readonly<Record<string, string>>;
  /** Where the interaction that opened it came from; commands and clicks in a channel have one. */
}

/** What a person sees in the app's Home tab. */
export interface HomeTab {
  readonly id: string;
  readonly owner: string;
  view: Home;
  hash: string;
}

/** One line of the traffic log. */
export interface Call {
  readonly at: number;
  readonly kind: 'api' | 'to app' | 'response_url';
  readonly method: string;
  readonly ok: boolean;
  readonly error: string | undefined;
  readonly status: number;
  readonly ms: number;
  /** One short line: what it was about. */
  readonly about: string;
}

/** How a delivery to the app ended. */
export type Answer =
  | { readonly kind: 'acked'; readonly body: unknown }
  | { readonly kind: 'failed'; readonly error: 'operation_timeout' | 'dispatch_failed' };

export type Payload = Readonly<Record<string, unknown>>;

export interface Delivery {
  readonly type: 'slash_commands' | 'interactive' | 'events_api';
  readonly payload: Payload;
  /** For the traffic log. */
  readonly about: string;
}
