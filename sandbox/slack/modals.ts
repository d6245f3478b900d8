/** People fill in modals. */
import { z } from 'zod';
import { checkModal } from './api/views';
import type { Modal } from './check/blocks';
import { elementsOf } from './check/totals';
import { viewClickPayload, viewPayloadOf } from './payloads';
import { type Result, resultOf, type Scene, undelivered } from './scene';
import { chosenOf, type Given, missingInputs, stateOf } from './state';
import { typeAll } from './suggestions';
import type { OpenView, Payload } from './types';
import { viewPayload } from './views';

export interface Submission {
  readonly who: string;
  readonly values?: Given;
}

function topOf(scene: Scene, who: string): { readonly user: string; readonly open: OpenView } {
  const user = scene.desk.store.person(who).id;
  const open = scene.desk.views.top(user);
  if (!open) throw new Error(`${who} has no modal open`);
  return { user, open };
}

function trigger(scene: Scene, user: string): string {
  return scene.desk.tickets.trigger({ who: user, channel: undefined, ts: undefined, threadTs: undefined });
}

function stated(open: OpenView, given: Given): Payload {
  return { ...viewPayload(open), state: stateOf(open.view, given, open.offered) };
}

const action = z.discriminatedUnion('response_action', [
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.enum(['update', 'push']), view: z.unknown() }),
  z.object({ response_action: z.literal('clear') }),
]);

/** Does what the ack asks for; an empty one closes the view. Returns an error when Slack would refuse it. */
function follow(scene: Scene, { user, open }: { user: string; open: OpenView }, body: unknown): string | undefined {
  const { views } = scene.desk;
  if (body === undefined) {
    views.close(user, 'top');
    return undefined;
  }
  const parsed = action.safeParse(body);
  if (!parsed.success) return 'invalid_response_action';
  if (parsed.data.response_action === 'clear') views.close(user, 'all');
  if (parsed.data.response_action === 'errors') {
    if (!areInputs(open, Object.keys(parsed.data.errors))) return 'invalid_response_action';
    views.showErrors(open, parsed.data.errors);
  }
  if (!('view' in parsed.data)) return undefined;
  const replaces = parsed.data.response_action === 'update';
  const checked = checkModal(parsed.data.view, scene.desk, replaces ? open.id : undefined);
  if (!checked.ok) return checked.error;
  if (replaces) views.update(open, checked.view);
  else if (!views.push(user, checked.view)) return 'push_limit_reached';
  return undefined;
}

/** A problem stands below an input and nowhere else. */
function areInputs({ view }: OpenView, ids: readonly string[]): boolean {
  return ids.every((id) => view.blocks.some((block) => block.type === 'input' && block.block_id === id));
}

const TROUBLE = 'We had some trouble connecting. Try again?';

/** Submits the top modal. Required inputs that are empty never reach the app. */
export async function submitView(scene: Scene, { who, values = {} }: Submission): Promise<Result> {
  const { user, open } = topOf(scene, who);
  await typeAll(scene, { who, open, values });
  const missing = missingInputs(open.view, values, open.offered);
  if (Object.keys(missing).length > 0) {
    scene.desk.views.showErrors(open, missing);
    return undelivered('missing_input');
  }
  const about = `submit ${open.view.title.text}`;
  const view = stated(open, values);
  const payload = viewPayloadOf({ type: 'view_submission', user, view, triggerId: trigger(scene, user) }, scene.desk);
  const result = resultOf(await scene.courier.deliver({ type: 'interactive', payload, about }));
  const error = result.error ?? follow(scene, { user, open }, result.ackBody);
  if (error === undefined) return result;
  scene.desk.views.showErrors(open, { '': TROUBLE });
  return { ...result, error };
}

/** The app hears of it only when its view asked to. */
export async function closeView(scene: Scene, who: string): Promise<void> {
  const { user, open } = topOf(scene, who);
  scene.desk.views.close(user, open.view.clear_on_close ? 'all' : 'top');
  if (!open.view.notify_on_close) return;
  const payload = viewPayloadOf({ type: 'view_closed', user, view: viewPayload(open) }, scene.desk);
  await scene.courier.deliver({ type: 'interactive', payload, about: `close ${open.view.title.text}` });
}

export interface ViewPress {
  readonly who: string;
  readonly actionId: string;
  readonly chosen?: string | readonly string[];
  /** What the other inputs hold at that moment. */
  readonly values?: Given;
}

/** Uses a button or menu inside the top modal. */
export async function pressInView(scene: Scene, { who, actionId, chosen, values = {} }: ViewPress): Promise<Result> {
  const { user, open } = topOf(scene, who);
  await typeAll(scene, { who, open, values });
  const found = elementIn(open.view, actionId);
  const picked = chosenOf(found.element, chosen, open.offered[actionId]);
  const held = chosen === undefined ? values : { ...values, [actionId]: chosen };
  const all = { ...found, user, chosen: picked, triggerId: trigger(scene, user), view: stated(open, held) };
  const payload = viewClickPayload(all, scene.desk);
  return resultOf(await scene.courier.deliver({ type: 'interactive', payload, about: `click ${actionId}` }));
}

/** Uses a button or menu in the Home tab. */
export async function pressInHome(scene: Scene, { who, actionId, chosen }: ViewPress): Promise<Result> {
  const user = scene.desk.store.person(who).id;
  const home = scene.desk.views.home(user);
  if (!home) throw new Error(`${who} has no Home tab yet`);
  const found = elementIn(home.view, actionId);
  const view = { ...viewPayload(home), state: stateOf(home.view, {}) };
  const all = { ...found, user, chosen: chosenOf(found.element, chosen), triggerId: trigger(scene, user), view };
  const payload = viewClickPayload(all, scene.desk);
  return resultOf(await scene.courier.deliver({ type: 'interactive', payload, about: `click ${actionId}` }));
}

function elementIn({ blocks }: Pick<Modal, 'blocks'>, actionId: string) {
  for (const block of blocks) {
    for (const element of elementsOf(block)) {
      if (!('action_id' in element) || element.action_id !== actionId) continue;
      if (block.type === 'input' && block.dispatch_action !== true)
        throw new Error(`${actionId} is an input: the app hears of it when the form is sent`);
      return { element, blockId: block.block_id ?? '' };
    }
  }
  throw new Error(`the view has no ${actionId}`);
}
