/**
 * What a person sees, as plain data: the page draws it with elements and text nodes, `plain` writes it as text. All
 * markup is understood here, on the server, so that both say the same.
 */
import type { BlockElement } from '../check/blocks';

export interface Look {
  readonly bold?: boolean | undefined;
  readonly italic?: boolean | undefined;
  readonly strike?: boolean | undefined;
  readonly code?: boolean | undefined;
  readonly underline?: boolean | undefined;
}

export type Inline =
  | { readonly kind: 'text'; readonly text: string; readonly look?: Look | undefined }
  | { readonly kind: 'link'; readonly text: string; readonly url: string; readonly look?: Look | undefined }
  /** `everyone`: it would notify the whole channel. */
  | { readonly kind: 'mention'; readonly text: string; readonly of: 'person' | 'group' | 'channel' | 'everyone' }
  | { readonly kind: 'color'; readonly value: string };

export interface Control {
  readonly blockId: string;
  readonly element: Exclude<BlockElement, { type: 'image' }>;
}

export type Drawing =
  | { readonly kind: 'header' | 'text' | 'quote' | 'code'; readonly inlines: readonly Inline[] }
  | { readonly kind: 'alert'; readonly level: string; readonly inlines: readonly Inline[] }
  | {
      readonly kind: 'list';
      readonly ordered: boolean;
      readonly indent: number;
      readonly start: number;
      readonly items: readonly (readonly Inline[])[];
    }
  | {
      readonly kind: 'section';
      readonly body: readonly Drawing[];
      readonly fields: readonly (readonly Drawing[])[];
      readonly accessory?: Control | Picture | undefined;
    }
  | { readonly kind: 'context'; readonly items: readonly (readonly Drawing[] | Picture)[] }
  | { readonly kind: 'divider' }
  | Picture
  | TableDrawing
  | { readonly kind: 'controls'; readonly controls: readonly Control[] }
  | {
      readonly kind: 'input';
      readonly label: string;
      readonly hint: string | undefined;
      readonly optional: boolean;
      readonly control: Control;
    };

export interface Picture {
  readonly kind: 'image';
  readonly alt: string;
  /** Only pictures of this workspace are shown; foreign ones are named. */
  readonly src: string | undefined;
  readonly title: string | undefined;
}

export interface TableDrawing {
  readonly kind: 'table';
  readonly caption: string | undefined;
  readonly rows: readonly (readonly (readonly Drawing[])[])[];
  readonly align: readonly ('left' | 'center' | 'right')[];
  readonly wrapped: readonly boolean[];
  /** Rows shown at once; undefined shows all. */
  readonly pageSize: number | undefined;
}

/** How ids become names, and times become words. */
export interface Names {
  /** When it is looked at; left out: now. */
  readonly now?: Date;
  person(id: string): string;
  channel(id: string): string;
  group(id: string): string;
}

export function text(words: string, look?: Look): Inline {
  return look ? { kind: 'text', text: words, look } : { kind: 'text', text: words };
}
