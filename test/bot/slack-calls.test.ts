import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSlack, type Slack } from '../../src/bot/outbox/slack';

/** What leaves for Slack, field by field. */
let server: Server;
let slack: Slack;
let base: string;
let sent: { readonly method: string; readonly fields: Readonly<Record<string, string>> }[];

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const isJson = request.headers['content-type']?.startsWith('application/json');
      const fields = isJson ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
      sent.push({ method: request.url ?? '', fields });
      response.setHeader('content-type', 'application/json').end('{"ok":true,"channel":"C1","ts":"1.000001"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  base = `http://127.0.0.1:${port}/`;
  slack = createSlack({ token: 'xoxb-1', apiUrl: base });
});
beforeEach(() => {
  sent = [];
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const content = { text: 'ceo@evil.example and evil.example', blocks: [] };

test('Slack is told to look for no addresses and no names, in what is posted and in what is edited', async () => {
  await slack.post({ channel: 'C1' }, content);
  await slack.update({ channel: 'C1', ts: '1.000001' }, content);
  expect(sent.map(({ method, fields: { parse, link_names } }) => [method, parse, link_names])).toEqual([
    ['/chat.postMessage', 'none', 'false'],
    ['/chat.update', 'none', 'false'],
  ]);
});

test('no link is unfurled', async () => {
  await slack.post({ channel: 'C1' }, content);
  expect(sent[0]?.fields).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' });
});

test('an answer to a click in a thread names the thread: otherwise it would be in the channel', async () => {
  await slack.whisper(`${base}respond`, content, '1.000001');
  await slack.whisper(`${base}respond`, content);
  expect(sent.map(({ fields }) => fields.thread_ts)).toEqual(['1.000001', undefined]);
});
