/** The Home tab of the app, for whoever one is: opened like a channel, with `#home`. */
import { act, byId, el } from './dom.js';
import { drawOne } from './draw.js';

export const HOME = 'home';

let drawnFrom;

/** Tells the app once that somebody looks; what it publishes then comes with the state. */
export function openHome(page) {
  location.hash = HOME;
  void act('home', { who: page.me() });
}

export function showHome(page, isOpen) {
  const place = byId('home');
  place.hidden = !isOpen;
  byId('messages').hidden = isOpen;
  byId('composer').hidden = isOpen;
  if (!isOpen) return;
  const { home } = page.state;
  const now = `${page.me()} ${home?.hash ?? ''}`;
  if (now === drawnFrom) return;
  drawnFrom = now;
  const use = (actionId, chosen) =>
    act('press-in-home', { who: page.me(), actionId, ...(chosen === undefined ? {} : { chosen }) });
  const { people, channels } = page.state;
  const drawings = home?.drawings ?? [];
  place.replaceChildren(
    ...(drawings.length > 0
      ? drawings.map((one) => drawOne(one, { form: false, people, channels, use }))
      : [el('p', { class: 'soft' }, 'The app has nothing here for you yet.')]),
  );
}
