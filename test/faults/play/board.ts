import type { Event, Reading } from '../history';
import type { Form } from '../world/desk';
import { buttonsIn, read } from '../world/reading';

/** What people see and what was recorded so far. */
export interface Board {
  readonly events: Event[];
  /** Wall clock at 0 ms. */
  readonly begunAt: number;
  now(): number;
  note(event: Event): void;
  shown(message: {
    readonly channel: string;
    readonly ts: string;
    readonly text: string;
    readonly blocks: unknown;
  }): void;
  opened(delivery: string, form: Form): void;
  /** The form that this act opened. */
  form(delivery: string): Form | null;
  /** The requests of a story, in the order they were first seen. */
  requests(story: number): readonly string[];
  /** What the request's own message says now. */
  reading(request: string): Reading | null;
  /** Where this button is, or once was: whoever has not looked again may still press it. */
  press(request: string, button: string): Pressable | null;
}

export interface Pressable {
  readonly ts: string;
  readonly action: string;
  readonly value: string;
}

interface Known {
  readonly story: number;
  /** What each of its messages says now, the newest last. */
  readonly readings: Map<string, Reading>;
  readonly pressable: Map<string, Pressable>;
}

export function createBoard(channels: readonly string[]): Board {
  const begun = performance.now();
  const events: Event[] = [];
  const known = new Map<string, Known>();
  const forms = new Map<string, Form>();
  const now = () => Math.round((performance.now() - begun) * 10) / 10;
  return {
    events,
    begunAt: performance.timeOrigin + begun,
    now,
    note: (event) => events.push(event),
    shown: ({ channel, ts, text, blocks }) => {
      const story = channels.indexOf(channel);
      if (story < 0) return;
      const reading = read(text, blocks);
      events.push({ kind: 'shown', at: now(), story, ts, ...reading });
      if (reading.request === null) return;
      const one = known.get(reading.request) ?? { story, readings: new Map(), pressable: new Map() };
      one.readings.delete(ts);
      one.readings.set(ts, reading);
      known.set(reading.request, one);
      for (const { action_id, value } of buttonsIn(blocks)) {
        const button = action_id.startsWith('next_') ? 'next' : action_id;
        one.pressable.set(button, { ts, action: action_id, value });
      }
    },
    opened: (delivery, form) => {
      forms.set(delivery, form);
      events.push({ kind: 'asked more', at: now(), delivery });
    },
    form: (delivery) => forms.get(delivery) ?? null,
    requests: (story) => [...known].flatMap(([request, one]) => (one.story === story ? [request] : [])),
    reading: (request) =>
      [...(known.get(request)?.readings.values() ?? [])].findLast(({ state }) => state !== 'copy') ?? null,
    press: (request, button) => known.get(request)?.pressable.get(button) ?? null,
  };
}
