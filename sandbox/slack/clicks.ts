/** People press buttons and choose from menus in messages. */
import type { BlockElement } from './check/blocks';
import { elementsOf } from './check/totals';
import { clickPayload } from './payloads';
import { type Result, resultOf, type Scene, tell, tickets, undelivered } from './scene';
import { chosenOf } from './state';
import type { StoredMessage } from './types';

interface Pressing {
  readonly who: string;
  /** Answers the confirm dialog, where there is one; accepted by default. */
  readonly confirm?: boolean;
  /** What was chosen, for anything but a button: an option's value or visible text, a user id, a date. */
  readonly chosen?: string | readonly string[];
}

export interface Press extends Pressing {
  readonly channel: string;
  readonly ts: string;
  readonly actionId: string;
}

export interface ButtonPress extends Pressing {
  /** The button's visible text. */
  readonly text: string;
  /** Only there; any channel by default. */
  readonly channel?: string;
}

interface Place {
  readonly element: BlockElement;
  readonly blockId: string;
}

function placesIn(message: StoredMessage): readonly Place[] {
  return message.blocks.flatMap((block) =>
    elementsOf(block).map((element) => ({ element, blockId: block.block_id ?? '' })),
  );
}

function actionIdOf({ element }: Place): string | undefined {
  return 'action_id' in element ? element.action_id : undefined;
}

function sees(message: StoredMessage, user: string): boolean {
  return message.audience === undefined || message.audience === user;
}

/** Throws when there is nothing to press: Slack shows nobody a button that is not there. */
export async function press(scene: Scene, { who, channel, ts, actionId, ...how }: Press): Promise<Result> {
  const { store } = scene.desk;
  const user = store.person(who).id;
  const message = store.find(store.channel(channel).id, ts);
  if (!message || !sees(message, user)) throw new Error(`${who} sees no message ${ts} in ${channel}`);
  const place = placesIn(message).find((one) => actionIdOf(one) === actionId);
  if (!place) throw new Error(`message ${ts} has no ${actionId}`);
  return use(scene, { user, message, place, ...how });
}

function isButton({ element }: Place, text: string): boolean {
  return element.type === 'button' && element.text.text === text;
}

/** On the newest message that has such a button. */
export async function pressButton(scene: Scene, { who, text, channel, ...how }: ButtonPress): Promise<Result> {
  const { store } = scene.desk;
  const user = store.person(who).id;
  const only = channel === undefined ? undefined : store.channel(channel).id;
  const visible = store.messages().filter((one) => sees(one, user) && (only === undefined || one.channel === only));
  const message = visible.findLast((one) => placesIn(one).some((place) => isButton(place, text)));
  const place = message && placesIn(message).find((one) => isButton(one, text));
  if (!message || !place) throw new Error(`${who} sees no button "${text}"`);
  return use(scene, { user, message, place, ...how });
}

interface Use extends Omit<Pressing, 'who'> {
  readonly user: string;
  readonly message: StoredMessage;
  readonly place: Place;
}

async function use(scene: Scene, { user, message, place, confirm = true, chosen }: Use): Promise<Result> {
  const { element, blockId } = place;
  if ('confirm' in element && element.confirm && !confirm) return undelivered('declined');
  const channel = scene.desk.store.channel(message.channel);
  const origin = { who: user, channel: channel.id, ts: message.ts, threadTs: message.threadTs };
  const used = { user, message, channel, element, blockId, chosen: chosenOf(element, chosen) };
  const payload = clickPayload({ ...used, ...tickets(scene, origin) }, scene.desk);
  const about = element.type === 'button' ? element.text.text : (actionIdOf(place) ?? '');
  const result = resultOf(await scene.courier.deliver({ type: 'interactive', payload, about: `click ${about}` }));
  if (result.error) tell(scene, origin, `“${about}” failed with the error "${result.error}"`);
  return result;
}
