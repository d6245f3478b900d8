/** Who and what there is: the app itself, people, groups, channels. */
import { z } from 'zod';
import type { Person } from '../../world';
import { APP_ID, BOT, SLACKBOT, TEAM } from '../identity';
import type { Channel } from '../types';
import { count, type Desk, defineMethod, flag, type Method, refuse, word } from './method';

const paged = { cursor: z.string().optional(), limit: count.optional() };
const NO_MORE = { response_metadata: { next_cursor: '' } };

const authTest = defineMethod({
  tier: 'tier4',
  args: z.strictObject({}),
  run: (_args, desk) => ({
    ok: true,
    url: `${desk.origin()}/`,
    team: TEAM.name,
    user: desk.store.botName,
    team_id: TEAM.id,
    user_id: BOT.user,
    bot_id: BOT.bot,
    is_enterprise_install: false,
  }),
});

const connectionsOpen = defineMethod({
  token: 'app',
  tier: 'tier3',
  args: z.strictObject({}),
  run: (_args, desk) => {
    const path = desk.hub.ticket();
    if (!path) return refuse('too_many_websockets');
    return { ok: true, url: `${desk.origin().replace('http', 'ws')}${path}` };
  },
});

function channelPayload(channel: Channel, desk: Desk): Readonly<Record<string, unknown>> {
  const isDm = channel.kind === 'dm';
  return {
    id: channel.id,
    name: channel.name,
    is_channel: !isDm,
    is_im: isDm,
    is_private: isDm,
    is_archived: channel.isArchived,
    is_member: channel.isMember,
    num_members: desk.store.people.length + 1,
  };
}

const channelScopes = ['channels:read', 'groups:read', 'im:read', 'mpim:read'];

const conversationsInfo = defineMethod({
  scopes: channelScopes,
  tier: 'tier3',
  args: z.strictObject({ channel: word, include_locale: flag.optional(), include_num_members: flag.optional() }),
  run: (args, desk) => {
    const channel = desk.store.findChannel(args.channel);
    return channel ? { ok: true, channel: channelPayload(channel, desk) } : refuse('channel_not_found');
  },
});

const conversationsList = defineMethod({
  scopes: channelScopes,
  tier: 'tier2',
  args: z.strictObject({ types: z.string().optional(), exclude_archived: flag.optional(), ...paged }),
  run: (args, desk) => {
    const types = (args.types ?? 'public_channel').split(',');
    const wanted = { channel: types.includes('public_channel'), dm: types.includes('im') };
    const found = desk.store.channels().filter((channel) => wanted[channel.kind]);
    return { ok: true, channels: found.map((channel) => channelPayload(channel, desk)), ...NO_MORE };
  },
});

function userPayload(person: Pick<Person, 'id' | 'name'>, isBot: boolean): Readonly<Record<string, unknown>> {
  const { id, name } = person;
  const profile = { real_name: name, display_name: name, ...(isBot ? { api_app_id: APP_ID, bot_id: BOT.bot } : {}) };
  return {
    id,
    team_id: TEAM.id,
    name,
    real_name: name,
    deleted: false,
    is_bot: isBot,
    tz: 'Etc/UTC',
    tz_offset: 0,
    profile,
  };
}

const usersInfo = defineMethod({
  scopes: ['users:read'],
  tier: 'tier4',
  args: z.strictObject({ user: word, include_locale: flag.optional() }),
  run: (args, desk) => {
    if (args.user === BOT.user)
      return { ok: true, user: userPayload({ id: BOT.user, name: desk.store.botName }, true) };
    if (args.user === SLACKBOT) return { ok: true, user: userPayload({ id: SLACKBOT, name: 'slackbot' }, false) };
    const person = desk.store.people.find((one) => one.id === args.user);
    return person ? { ok: true, user: userPayload(person, false) } : refuse('user_not_found');
  },
});

const groupFlags = {
  include_disabled: flag.optional(),
  include_count: flag.optional(),
  include_users: flag.optional(),
};

const usergroupsList = defineMethod({
  scopes: ['usergroups:read'],
  tier: 'tier2',
  args: z.strictObject(groupFlags),
  run: (args, desk) => ({
    ok: true,
    usergroups: desk.store.userGroups.map(({ users, ...group }) => ({
      ...group,
      team_id: TEAM.id,
      is_usergroup: true,
      user_count: users.length,
      ...(args.include_users ? { users } : {}),
    })),
  }),
});

const usergroupsUsersList = defineMethod({
  scopes: ['usergroups:read'],
  tier: 'tier2',
  args: z.strictObject({ usergroup: word, include_disabled: flag.optional() }),
  run: (args, desk) => {
    const group = desk.store.userGroups.find((one) => one.id === args.usergroup);
    return group ? { ok: true, users: group.users } : refuse('no_such_subteam');
  },
});

export const directory: Readonly<Record<string, Method>> = {
  'auth.test': authTest,
  'apps.connections.open': connectionsOpen,
  'conversations.info': conversationsInfo,
  'conversations.list': conversationsList,
  'users.info': usersInfo,
  'usergroups.list': usergroupsList,
  'usergroups.users.list': usergroupsUsersList,
};
