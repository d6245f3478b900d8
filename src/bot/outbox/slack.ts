import type { HomeView, KnownBlock, ModalView } from '@slack/types';
import { WebAPIPlatformError, WebAPIRateLimitedError, WebClient } from '@slack/web-api';

/** Slack's Web API as the outbox needs it: every way a call can end is a value. Nothing else in the bot calls Slack. */
export type Sent<T> =
  | { readonly kind: 'ok'; readonly value: T }
  /** HTTP 429. */
  | { readonly kind: 'slower'; readonly seconds: number }
  /** Slack understood and said no; asking again changes nothing. */
  | { readonly kind: 'refused'; readonly error: string; readonly details: string }
  /** No usable answer; it may have happened. */
  | { readonly kind: 'lost'; readonly error: string };

export interface Content {
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

export interface Slack {
  post(
    to: { readonly channel: string; readonly thread?: string },
    content: Content,
  ): Promise<Sent<{ readonly channel: string; readonly ts: string }>>;
  update(message: { readonly channel: string; readonly ts: string }, content: Content): Promise<Sent<null>>;
  /** Takes back a message of ours. */
  remove(message: { readonly channel: string; readonly ts: string }): Promise<Sent<null>>;
  upload(
    to: { readonly channel: string; readonly ts: string },
    file: { name: string; alt: string; data: Buffer },
  ): Promise<Sent<null>>;
  /** Answers through a response_url: seen only by the one who acted. `thread`: where that was in one. */
  whisper(responseUrl: string, content: Content, thread?: string): Promise<Sent<null>>;
  /** Shows a form to whoever caused the trigger, which works once and for three seconds. */
  openForm(trigger: string, form: ModalView): Promise<Sent<null>>;
  /** Puts another form in place of one that is open. `hash`: only while it is still the one that was acted on. */
  updateForm(view: { readonly id: string; readonly hash?: string }, form: ModalView): Promise<Sent<null>>;
  /** Shows this in the app's Home tab of one person. */
  publishHome(user: string, view: HomeView): Promise<Sent<null>>;
  /** The members of a user group. */
  members(group: string): Promise<Sent<readonly string[]>>;
  /** Checks the token. `url`: the address of the workspace. */
  check(): Promise<Sent<{ readonly team: string; readonly bot: string; readonly url: string }>>;
}

/** The scopes that the code uses, and for what. The manifest asks for exactly these. */
export const SCOPES: ReadonlyMap<string, string> = new Map([
  ['commands', 'slash commands reach the bot'],
  ['chat:write', 'results are posted and redrawn'],
  ['files:write', 'long output and pictures are posted'],
  ['usergroups:read', 'members of user groups may approve'],
]);

const TIMEOUT_MS = 10_000;
/** Slack's own troubles, which pass. */
const PASSING = /^(internal_error|fatal_error|service_unavailable|request_timeout|team_added_to_org)$/;

export interface SlackOptions {
  readonly token: string;
  readonly apiUrl: string;
}

/** No retries here: the outbox knows what is newest and what may wait. */
export function createSlack({ token, apiUrl }: SlackOptions): Slack {
  const client = new WebClient(token, {
    slackApiUrl: apiUrl,
    timeout: TIMEOUT_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
  // An edit would by default be read as if a person had typed it, and addresses in it made links.
  const asWritten = { parse: 'none', link_names: false } as const;
  const quiet = { unfurl_links: false, unfurl_media: false, ...asWritten };

  return {
    post: ({ channel, thread }, { text, blocks }) =>
      sent(async () => {
        const place = thread === undefined ? { channel } : { channel, thread_ts: thread };
        const posted = await client.chat.postMessage({ ...place, text, blocks: [...blocks], ...quiet });
        // A person's id or a channel's name was good enough to post; only the id is good for everything else.
        return { channel: posted.channel ?? channel, ts: posted.ts ?? '' };
      }),
    update: ({ channel, ts }, { text, blocks }) =>
      sent(async () => {
        await client.chat.update({ channel, ts, text, blocks: [...blocks], ...asWritten });
        return null;
      }),
    remove: ({ channel, ts }) =>
      sent(async () => {
        await client.chat.delete({ channel, ts });
        return null;
      }),
    upload: ({ channel, ts }, { name, alt, data }) =>
      sent(async () => {
        const file = { file: data, filename: name, title: name, ...(/\.png$/.test(name) && { alt_text: alt }) };
        await client.filesUploadV2({ channel_id: channel, thread_ts: ts, ...file });
        return null;
      }),
    whisper: (responseUrl, { text, blocks }, thread) =>
      sent(async () => {
        const place = thread === undefined ? {} : { thread_ts: thread };
        await postBack(responseUrl, { response_type: 'ephemeral', replace_original: false, text, blocks, ...place });
        return null;
      }),
    openForm: (trigger, form) =>
      sent(async () => {
        await client.views.open({ trigger_id: trigger, view: form });
        return null;
      }),
    updateForm: ({ id, hash }, form) =>
      sent(async () => {
        await client.views.update({ view_id: id, view: form, ...(hash !== undefined && { hash }) });
        return null;
      }),
    publishHome: (user, view) =>
      sent(async () => {
        await client.views.publish({ user_id: user, view });
        return null;
      }),
    members: (group) => sent(async () => (await client.usergroups.users.list({ usergroup: group })).users ?? []),
    check: () =>
      sent(async () => {
        const { team = '', user = '', url = '' } = await client.auth.test();
        return { team, bot: user, url };
      }),
  };
}

/** `respond()` of Bolt has no deadline, so it is not used. The address is Slack's own, taken from a signed request. */
async function postBack(responseUrl: string, body: object): Promise<void> {
  const answer = await fetch(responseUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error(`the response_url answered HTTP ${answer.status}`);
}

export async function sent<T>(call: () => Promise<T>): Promise<Sent<T>> {
  try {
    return { kind: 'ok', value: await call() };
  } catch (error) {
    if (error instanceof WebAPIRateLimitedError) return { kind: 'slower', seconds: error.retryAfter };
    if (error instanceof WebAPIPlatformError && PASSING.test(error.data.error))
      return { kind: 'lost', error: error.data.error };
    if (error instanceof WebAPIPlatformError) {
      return { kind: 'refused', error: error.data.error, details: JSON.stringify(error.data).slice(0, 2_000) };
    }
    return { kind: 'lost', error: error instanceof Error ? error.message : String(error) };
  }
}
