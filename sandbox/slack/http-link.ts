/** Delivers to an app's request URL, signed as Slack signs (v0). */
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { parseJson } from './http';
import type { Answer, Delivery } from './types';

interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}

interface Got {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** A connection per request: the app can stop at any time without waiting for ours. */
function post({ url, headers, body, timeoutMs }: Post): Promise<Got | 'late' | 'unreachable'> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const fail = () => resolve(signal.aborted ? 'late' : 'unreachable');
    const sent = request(url, { method: 'POST', headers, agent: false, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text });
      });
    });
    sent.on('error', fail);
    sent.end(body);
  });
}

/** The content type is exact: the real one carries no charset, and receivers compare it whole. */
function encode({ type, payload }: Delivery): { readonly contentType: string; readonly body: string } {
  if (type === 'events_api') return { contentType: 'application/json', body: JSON.stringify(payload) };
  const fields = type === 'interactive' ? { payload: JSON.stringify(payload) } : payload;
  const form = new URLSearchParams(
    Object.entries(fields).map(([key, value]): [string, string] => [key, String(value)]),
  );
  return { contentType: 'application/x-www-form-urlencoded', body: form.toString() };
}

function sign(secret: string, timestamp: string, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}

function bodyOf(type: string, text: string): unknown {
  if (text === '') return undefined;
  return type.startsWith('application/json') ? (parseJson(text) ?? { text }) : { text };
}

export interface HttpTarget {
  readonly requestUrl: string;
  readonly signingSecret: string;
  readonly ackMs: number;
}

/** Any answer but a 2xx counts as an app that could not be reached, as Slack counts it. */
export async function deliverByHttp(delivery: Delivery, target: HttpTarget, retry: boolean): Promise<Answer> {
  const { contentType, body } = encode(delivery);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const headers = {
    'content-type': contentType,
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'Slackbot 1.0 (sandbox)',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': sign(target.signingSecret, timestamp, body),
    ...(retry ? { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' } : {}),
  };
  const answer = await post({ url: target.requestUrl, headers, body, timeoutMs: target.ackMs });
  if (answer === 'late') return { kind: 'failed', error: 'operation_timeout' };
  if (answer === 'unreachable' || answer.status < 200 || answer.status > 299) {
    return { kind: 'failed', error: 'dispatch_failed' };
  }
  return { kind: 'acked', body: bodyOf(answer.type, answer.text) };
}
