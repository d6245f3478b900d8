/** Slack makes up the ids that the app left out: clicks and submitted values are keyed by them. */
import type { Block } from './check/blocks';
import { randomId } from './identity';

function identified<T extends { readonly type: string; readonly action_id?: string | undefined }>(element: T): T {
  return { ...element, action_id: element.action_id ?? randomId('a') };
}

export function withIds<T extends Block>(block: T): T {
  const named = { ...block, block_id: block.block_id ?? randomId('b') };
  if (named.type === 'actions') return { ...named, elements: named.elements.map(identified) };
  if (named.type === 'input') return { ...named, element: identified(named.element) };
  if (named.type !== 'section' || !named.accessory || named.accessory.type === 'image') return named;
  return { ...named, accessory: identified(named.accessory) };
}
