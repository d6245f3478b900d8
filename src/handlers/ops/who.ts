import type { Text } from '../view';

/** Who did something, as the trail names them: a person, a webhook, a schedule, in older entries a request; or the bot. */
export function whoDid(by: string | null): Text {
  if (by === null) return 'the bot';
  if (isPerson(by)) return [{ user: by }];
  return REQUEST.test(by) ? `request ${by}` : by;
}

export function isPerson(by: string): boolean {
  return /^[UW][A-Z0-9]+$/.test(by);
}

const REQUEST = /^R[0-9A-Z]{4,16}$/;
