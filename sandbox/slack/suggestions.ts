/** People type into menus whose options come from the app. */
import { z } from 'zod';
import { LIMITS } from '../../src/bot/view/limits';
import { plainOption } from './check/pieces';
import { elementsOf } from './check/totals';
import { suggestionPayload } from './payloads';
import type { Scene } from './scene';
import { type Choice, type Given, stateOf } from './state';
import type { OpenView } from './types';
import { viewPayload } from './views';

const group = z.strictObject({ label: z.unknown(), options: z.array(plainOption) });
const answer = z.union([
  z.strictObject({ options: z.array(plainOption).max(LIMITS.select.options) }),
  z.strictObject({ option_groups: z.array(group).max(LIMITS.select.groups) }),
]);

export interface Suggesting {
  readonly who: string;
  readonly actionId: string;
  /** What was typed. */
  readonly value: string;
  /** What the other inputs hold at that moment. */
  readonly values?: Given;
}

/** What is offered. Nothing when the app did not answer in time or not as Slack wants it. */
export async function suggest(
  scene: Scene,
  { who, actionId, value, values = {} }: Suggesting,
): Promise<readonly Choice[]> {
  const user = scene.desk.store.person(who).id;
  const open = scene.desk.views.top(user);
  if (!open) throw new Error(`${who} has no modal open`);
  const block = open.view.blocks.find((one) => elementsOf(one).some((element) => idOf(element) === actionId));
  const element = block && elementsOf(block).find((one) => idOf(one) === actionId);
  if (!block || !element || !isExternal(element))
    throw new Error(`the modal has no menu ${actionId} that asks the app`);
  if (value.length < (element.min_query_length ?? 3)) return [];
  const view = { ...viewPayload(open), state: stateOf(open.view, values, open.offered) };
  const payload = suggestionPayload({ user, actionId, blockId: block.block_id ?? '', value, view }, scene.desk);
  const about = `suggest ${actionId} ${value}`;
  const acked = await scene.courier.deliver({ type: 'interactive', payload, about });
  const parsed = acked.kind === 'acked' ? answer.safeParse(acked.body) : undefined;
  if (!parsed?.success) return [];
  const offered =
    'options' in parsed.data ? parsed.data.options : parsed.data.option_groups.flatMap((one) => one.options);
  scene.desk.views.offer(open, actionId, offered);
  return offered;
}

type Element = ReturnType<typeof elementsOf>[number];
type External = Extract<Element, { type: 'external_select' | 'multi_external_select' }>;

function isExternal(element: Element): element is External {
  return element.type === 'external_select' || element.type === 'multi_external_select';
}

function idOf(element: Element): string {
  return ('action_id' in element ? element.action_id : undefined) ?? '';
}

interface Filling {
  readonly who: string;
  readonly open: OpenView;
  readonly values: Given;
}

/** Types every value that such menus are given, and throws when the app did not offer it: nobody can choose it then. */
export async function typeAll(scene: Scene, { who, open, values }: Filling): Promise<void> {
  for (const element of open.view.blocks.flatMap(elementsOf).filter(isExternal)) {
    for (const value of [values[idOf(element)] ?? []].flat()) {
      if (value === '' || isOffered(open, element, value)) continue;
      await suggest(scene, { who, actionId: idOf(element), value, values });
      if (!isOffered(open, element, value)) throw new Error(`${value} is not offered in ${idOf(element)}`);
    }
  }
}

function isOffered(open: OpenView, element: External, value: string): boolean {
  const initial = 'initial_options' in element ? (element.initial_options ?? []) : [];
  const first = 'initial_option' in element && element.initial_option ? [element.initial_option] : [];
  const known = [...(open.offered[idOf(element)] ?? []), ...initial, ...first];
  return known.some((one) => one.value === value || one.text.text === value);
}
