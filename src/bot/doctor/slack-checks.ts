import { type Check, judged, type Line } from '../../handlers/checkup';
import type { Config } from '../config/config';
import { SCOPES, type Sent } from '../outbox/slack';
import type { SlackProbe } from './slack-probe';

/** What the doctor looks at in Slack: tokens, scopes, clock, channels. No line holds a token. */
export function slackChecks(
  probe: SlackProbe,
  config: Pick<Config, 'slack' | 'rules' | 'hooks' | 'console'>,
): readonly Check[] {
  const { transport } = config.slack;
  return [
    botCheck(probe),
    ...(transport.kind === 'socket' ? [appCheck(probe, transport.appToken)] : []),
    channelCheck(probe, config),
  ];
}

/** Slack's words for an answer that did not come, or was no. */
export function unanswered(sent: Exclude<Sent<unknown>, { kind: 'ok' }>): string {
  if (sent.kind === 'refused') return `Slack says ${sent.error}`;
  return sent.kind === 'slower' ? `Slack asks to wait ${sent.seconds} s` : 'Slack does not answer';
}

const AWAY = 'Look whether this machine reaches Slack, and whether Slack has troubles of its own.';

function botCheck(probe: SlackProbe): Check {
  const about = { what: 'Slack: bot token', why: 'with it every message is posted' };
  return {
    ...about,
    todo: AWAY,
    look: async () => {
      const asked = await probe.bot();
      if (asked.kind !== 'ok') {
        const todo =
          asked.kind === 'refused' ? 'Install the app again and set SLACK_BOT_TOKEN to its bot token (xoxb-…).' : AWAY;
        return [{ ...about, tone: 'bad', found: unanswered(asked), todo }, ...clockLines(probe)];
      }
      const { team, user, scopes } = asked.value;
      return [{ ...about, tone: 'ok', found: `it is ${user} in ${team}` }, scopeLine(scopes), ...clockLines(probe)];
    },
  };
}

function scopeLine(scopes: readonly string[] | null): Line {
  const about = {
    what: 'Slack: scopes',
    why: 'a missing one fails when it is needed; one too many is a needless power',
  };
  if (scopes === null)
    return { ...about, tone: 'warning', found: 'Slack does not say', todo: 'Compare them with manifest.json by hand.' };
  const missing = [...SCOPES].filter(([scope]) => !scopes.includes(scope));
  const extra = scopes.filter((scope) => !SCOPES.has(scope));
  if (missing.length > 0) {
    const named = missing.map(([scope, use]) => `${scope} (${use})`).join(', ');
    const todo = 'Add them under OAuth & Permissions, as in manifest.json, and install the app again.';
    return { ...about, tone: 'bad', found: `missing: ${named}`, todo };
  }
  if (extra.length > 0) {
    const todo = 'Take them away under OAuth & Permissions, and install the app again.';
    return { ...about, tone: 'warning', found: `all there, and not needed: ${extra.join(', ')}`, todo };
  }
  return { ...about, tone: 'ok', found: scopes.join(', ') };
}

/** The header has whole seconds only, and the way takes time too. */
const APART_MS = 5_000;
const FAR_APART_MS = 60_000;

function clockLines(probe: SlackProbe): readonly Line[] {
  const ahead = probe.aheadMs();
  if (ahead === null) return [];
  const seconds = Math.round(Math.abs(ahead) / 1_000);
  const apart = ahead > 0 ? `this machine is ${seconds} s behind Slack` : `this machine is ${seconds} s ahead of Slack`;
  return [
    judged(
      {
        what: 'Slack: clock',
        found: Math.abs(ahead) < APART_MS ? 'with this machine' : apart,
        why: 'requests that look older or newer than five minutes are refused, and people compare times',
      },
      Math.abs(ahead) < APART_MS
        ? null
        : {
            tone: Math.abs(ahead) < FAR_APART_MS ? 'warning' : 'bad',
            todo: 'Let a time service (chrony, NTP) keep the clock of this machine.',
          },
    ),
  ];
}

function appCheck(probe: SlackProbe, token: string): Check {
  const about = { what: 'Slack: app token', why: 'with it Socket Mode is opened, by which commands and clicks arrive' };
  return {
    ...about,
    todo: AWAY,
    look: async () => {
      const asked = await probe.app(token);
      if (asked.kind === 'ok') return [{ ...about, tone: 'ok', found: 'Socket Mode can be opened' }];
      const todo =
        asked.kind === 'refused'
          ? 'Make an app-level token with connections:write and set SLACK_APP_TOKEN to it (xapp-…).'
          : AWAY;
      return [{ ...about, tone: 'bad', found: unanswered(asked), todo }];
    },
  };
}

function channelCheck(
  probe: SlackProbe,
  { rules: { channels: only, rules }, hooks, console }: Pick<Config, 'rules' | 'hooks' | 'console'>,
): Check {
  const named = rules.flatMap(({ channels = [], match }) => [...channels, ...(match.channel ?? [])]);
  const announced = [...hooks, ...(console ? [console] : [])].map(({ channel }) => channel);
  const channels = [...new Set([...only, ...named, ...announced])];
  const about = {
    what: 'Slack: channels of rules, webhooks and the console',
    why: 'a rule about a channel that is not there protects nothing, and what an alert or the console asks there is seen by nobody',
  };
  return {
    ...about,
    todo: AWAY,
    look: async () => {
      if (channels.length === 0) return [{ ...about, tone: 'ok', found: 'none is named: changes may be asked in any' }];
      const seen = await Promise.all(channels.map(async (channel) => ({ channel, sees: await probe.sees(channel) })));
      const unknown = seen.flatMap(({ channel, sees }) => (sees.kind === 'ok' && !sees.value ? [channel] : []));
      const silent = seen.flatMap(({ sees }) => (sees.kind === 'ok' ? [] : [unanswered(sees)]));
      if (unknown.length > 0) {
        const todo =
          'Mend the ids in CHANNELS, in the rules, the webhooks and the console, or invite the bot to the channels that are private.';
        return [{ ...about, tone: 'bad', found: `Slack does not know ${unknown.join(', ')}`, todo }];
      }
      if (silent[0] !== undefined) return [{ ...about, tone: 'bad', found: silent[0], todo: AWAY }];
      return [
        {
          ...about,
          tone: 'ok',
          found: channels.flatMap((channel, at) => (at > 0 ? [', ', { channel }] : [{ channel }])),
        },
      ];
    },
  };
}
