import { z } from 'zod';
import { checkView, describeProblem } from '../check';
import { home, type Modal, modal } from '../check/blocks';
import { viewPayload } from '../views';
import { type Desk, defineMethod, type Method, nested, type Reply, refuse, refuseWith, word } from './method';

type Checked = { readonly ok: true; readonly view: Modal } | Extract<Reply, { ok: false }>;

/** The view, or Slack's refusal of it. `except` is the view that it replaces. */
export function checkModal(given: unknown, desk: Pick<Desk, 'views'>, except?: string): Checked {
  const [first, ...others] = checkView(given);
  if (first) {
    return { ...refuseWith(first.error, [first, ...others].map(describeProblem)), ok: false, error: first.error };
  }
  const view = modal.parse(given);
  const taken = desk.views.find({ externalId: view.external_id });
  if (taken && taken.id !== except) return { ok: false, error: 'duplicate_external_id' };
  return { ok: true, view };
}

/** The view is checked before the trigger is used up, so that a refused view can be mended within the three seconds. */
const open = defineMethod({
  tier: 'tier4',
  args: z.strictObject({ trigger_id: word, view: nested }),
  run: (args, desk) => {
    const checked = checkModal(args.view, desk);
    if (!checked.ok) return checked;
    const exchanged = desk.tickets.exchange(args.trigger_id);
    if (!exchanged.ok) return refuse(exchanged.error);
    return { ok: true, view: viewPayload(desk.views.open(exchanged.origin.who, checked.view)) };
  },
});

const push = defineMethod({
  tier: 'tier4',
  args: z.strictObject({ trigger_id: word, view: nested }),
  run: (args, desk) => {
    const checked = checkModal(args.view, desk);
    if (!checked.ok) return checked;
    const exchanged = desk.tickets.exchange(args.trigger_id);
    if (!exchanged.ok) return refuse(exchanged.error);
    const pushed = desk.views.push(exchanged.origin.who, checked.view);
    return pushed ? { ok: true, view: viewPayload(pushed) } : refuse('push_limit_reached');
  },
});

const update = defineMethod({
  tier: 'tier4',
  args: z.strictObject({
    view_id: word.optional(),
    external_id: word.optional(),
    hash: word.optional(),
    view: nested,
  }),
  run: (args, desk) => {
    const found = desk.views.find({ id: args.view_id, externalId: args.external_id });
    if (!found) return refuse('not_found');
    if (args.hash !== undefined && args.hash !== found.hash) return refuse('hash_conflict');
    const checked = checkModal(args.view, desk, found.id);
    if (!checked.ok) return checked;
    desk.views.update(found, checked.view);
    return { ok: true, view: viewPayload(found) };
  },
});

/** A Home tab is there for everybody at any time: no trigger is needed. */
const publish = defineMethod({
  tier: 'tier4',
  args: z.strictObject({ user_id: word, view: nested, hash: word.optional() }),
  run: (args, desk) => {
    if (!desk.homeTab) return refuse('not_enabled');
    const problems = checkView(args.view, 'home');
    const [first] = problems;
    if (first) return refuseWith(first.error, problems.map(describeProblem));
    if (!desk.store.people.some((one) => one.id === args.user_id)) return refuse('user_not_found');
    const shown = desk.views.home(args.user_id);
    if (args.hash !== undefined && args.hash !== shown?.hash) return refuse('hash_conflict');
    return { ok: true, view: viewPayload(desk.views.publish(args.user_id, home.parse(args.view))) };
  },
});

export const views: Readonly<Record<string, Method>> = {
  'views.open': open,
  'views.push': push,
  'views.update': update,
  'views.publish': publish,
};
