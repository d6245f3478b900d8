import { LogLevel, WebClient } from '@slack/web-api';
import { type Sent, sent } from '../outbox/slack';

/** What Slack tells of our tokens and channels, for the doctor. Changes and posts nothing. */
export interface SlackProbe {
  /** Whom the bot token belongs to and what it may do. `scopes` is null where Slack does not say. */
  bot(): Promise<Sent<{ readonly team: string; readonly user: string; readonly scopes: readonly string[] | null }>>;
  /** Whether Socket Mode can be opened with this token. The address that Slack hands out is thrown away. */
  app(token: string): Promise<Sent<null>>;
  /** Whether the bot sees this channel. */
  sees(channel: string): Promise<Sent<boolean>>;
  /** How far the clock of the last answer was ahead of ours, in milliseconds; null before any answer. */
  aheadMs(): number | null;
}

export interface SlackProbeOptions {
  readonly token: string;
  readonly apiUrl: string;
  readonly timeoutMs?: number;
  /** This machine's clock, in milliseconds. */
  readonly now?: () => number;
}

/** No message can have it, so Slack says only whether it knows the channel. */
const NO_MESSAGE = '1.000000';

export function createSlackProbe({ token, apiUrl, timeoutMs = 5_000, now = Date.now }: SlackProbeOptions): SlackProbe {
  let aheadMs: number | null = null;
  const timed: typeof fetch = async (url, init) => {
    const begun = now();
    const answer = await fetch(url, init);
    aheadMs = aheadOf(answer.headers.get('date'), begun, now()) ?? aheadMs;
    return answer;
  };
  const clientOf = (bearer: string) =>
    new WebClient(bearer, {
      slackApiUrl: apiUrl,
      timeout: timeoutMs,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      fetch: timed,
      // What fails is a line.
      logLevel: LogLevel.ERROR,
    });
  const bot = clientOf(token);
  return {
    bot: () =>
      sent(async () => {
        const { team = '', user = '', response_metadata } = await bot.auth.test();
        return { team, user, scopes: response_metadata?.scopes ?? null };
      }),
    app: (appToken) =>
      sent(async () => {
        await clientOf(appToken).apps.connections.open({});
        return null;
      }),
    sees: async (channel) => {
      const asked = await sent(() => bot.chat.getPermalink({ channel, message_ts: NO_MESSAGE }));
      if (asked.kind === 'ok' || (asked.kind === 'refused' && asked.error === 'message_not_found'))
        return { kind: 'ok', value: true };
      if (asked.kind === 'refused' && asked.error === 'channel_not_found') return { kind: 'ok', value: false };
      return asked;
    },
    aheadMs: () => aheadMs,
  };
}

/** The header holds whole seconds, cut off: on the average half a second is missing. */
function aheadOf(date: string | null, begun: number, ended: number): number | null {
  const theirs = Date.parse(date ?? '');
  return Number.isNaN(theirs) ? null : theirs + 500 - (begun + ended) / 2;
}
