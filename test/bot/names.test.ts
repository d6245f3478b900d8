import { namesIn } from '../../src/bot/receive/names';

test.each([
  [
    'a command',
    { user_id: 'U0ANA', user_name: 'ana', channel_id: 'C0INC42', channel_name: 'incident-42' },
    { U0ANA: 'ana', C0INC42: 'incident-42' },
  ],
  [
    'a click',
    { user: { id: 'U0BEN', username: 'ben', name: 'ben' }, channel: { id: 'C0INC42', name: 'incident-42' } },
    { U0BEN: 'ben', C0INC42: 'incident-42' },
  ],
  ['a form', { user: { id: 'U0BEN', name: 'ben' }, view: {} }, { U0BEN: 'ben' }],
  ['a private channel', { channel_id: 'C0X', channel_name: 'privategroup' }, {}],
  ['a direct message', { user_id: 'U0ANA', channel_id: 'D0X', channel_name: 'directmessage' }, {}],
  ['an event', { event: { user: 'U0ANA' }, user: 'U0ANA' }, {}],
  ['nothing', undefined, {}],
])('of %s the names are known that Slack tells with it', (_, body, names) => {
  expect(Object.fromEntries(namesIn(body))).toEqual(names);
});
