import type { ModalView } from '@slack/types';
import type { View } from '../../handlers/view';

/**
 * A click. Carries the request's id and nothing else; everything is read again from the record. The action of
 * a suggestion tells which words it stood for; only one that is stored nowhere carries them.
 */
export interface Click {
  readonly action: string;
  readonly request: string;
  readonly user: string;
  readonly channel: string;
  readonly thread?: string;
  /** Of the message that was clicked; empty in the Home tab. */
  readonly ts: string;
  /** In the Home tab, where nobody else looks on: what is asked there is asked privately. */
  readonly isHome?: boolean;
  /** Names this click and its repetitions. */
  readonly delivery: string;
}

/** `taken`: the message itself is the answer. `whisper`: only the person who clicked sees it. */
export type ClickAnswer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'whisper'; readonly view: View }
  /** More is to be asked first. */
  | { readonly kind: 'form'; readonly form: ModalView };

export const TAKEN: ClickAnswer = { kind: 'taken' };

export function whisper(view: View): ClickAnswer {
  return { kind: 'whisper', view };
}
