import { redact } from '../../src/bot/log';

test.each([
  ['a bot token', 'token xoxb-12-34-abcDEF refused', 'token [redacted] refused'],
  ['an app token', 'xapp-1-A1-2-abc', '[redacted]'],
  ['a password in an address', 'redis://user:s3cret@host:6379/0', 'redis://user:[redacted]@host:6379/0'],
  ['a response_url', 'https://hooks.slack.com/commands/T1/2/abc', 'https://hooks.slack.com/commands/[redacted]'],
])('%s never reaches the log', (_what, text, shown) => {
  expect(redact(text)).toBe(shown);
});
