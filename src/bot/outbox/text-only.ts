import type { Request } from '../../jobs/request/request';
import type { Log } from '../log';
import type { Drawing } from '../view/canvas';
import type { Sent } from './slack';

/**
 * Slack's rules change: a message it refuses for its form is sent as plain text rather than not at all, with the id and the
 * command that tells the rest.
 */
export async function orTextOnly<T>(
  { log }: { readonly log: Log },
  { id }: Request,
  drawing: Drawing,
  send: (content: Pick<Drawing, 'text' | 'blocks'>) => Promise<Sent<T>>,
): Promise<Sent<T>> {
  const sent = await send(drawing);
  if (sent.kind !== 'refused' || !/blocks|msg_too_long/.test(sent.error)) return sent;
  log.error({ error: sent.error, details: sent.details }, 'Slack refused the form of a message; sent as text');
  return send({
    text: `${drawing.text}\nSlack did not take the rest of it. Request ${id}: /ops request ${id}`,
    blocks: [],
  });
}
