/** What all acts of people share. */
import type { Desk } from './api/method';
import type { Courier } from './courier';
import { SLACKBOT } from './identity';
import type { Manifest } from './manifest';
import type { Origin } from './triggers';
import type { Answer } from './types';

export interface Scene {
  readonly desk: Desk;
  readonly courier: Courier;
  readonly manifest: Manifest;
}

/** What came of an act. `error` is Slack's word for why the app did not get it or did not answer. */
export interface Result {
  readonly delivered: boolean;
  readonly ackBody: unknown;
  readonly error?: string;
}

export function undelivered(error: string): Result {
  return { delivered: false, ackBody: undefined, error };
}

export function resultOf(answer: Answer): Result {
  return answer.kind === 'acked' ? { delivered: true, ackBody: answer.body } : undelivered(answer.error);
}

/** Slackbot tells one person, as Slack does when an app fails them. */
export function tell(scene: Scene, to: Pick<Origin, 'who' | 'channel' | 'threadTs'>, text: string): void {
  if (to.channel === undefined) return;
  const { who, channel, threadTs } = to;
  scene.desk.store.post({ channel, author: SLACKBOT, text, threadTs, audience: who, failure: true });
}

/** A fresh trigger and response URL for something done here. */
export function tickets(scene: Scene, origin: Origin): { readonly triggerId: string; readonly responseUrl: string } {
  const { tickets, origin: base } = scene.desk;
  return { triggerId: tickets.trigger(origin), responseUrl: base() + tickets.responsePath(origin) };
}
