import fc from 'fast-check';
import { checkView } from '../../../sandbox/slack/check';
import { createLongNames, inMenu, nameOption } from '../../../src/bot/forms/long-names';
import { LIMITS } from '../../../src/bot/view/limits';
import type { Names } from '../../../src/jobs/store/names';

/** Names that are longer than Slack's menus take. */
const long = `backup-${'x'.repeat(100)}-2026-11`;

function shared(): { names: Names; kept: Map<string, string> } {
  const kept = new Map<string, string>();
  const names: Names = {
    remember: async (key, name) => void kept.set(key, name),
    recall: async (key) => kept.get(key) ?? null,
  };
  return { names, kept };
}

const away: Names = {
  remember: () => Promise.reject(new Error('away')),
  recall: () => Promise.reject(new Error('away')),
};

test('what is chosen in one process is understood by another', async () => {
  const { names } = shared();
  createLongNames({ names, onError: fail }).keep([long, 'FVE0']);
  const other = createLongNames({ names, onError: fail });
  const chosen = { name: [inMenu(long)], type: ['meta2'], peers: ['a', inMenu(long)] };
  expect(await other.resolve(chosen)).toEqual({
    filled: { name: [long], type: ['meta2'], peers: ['a', long] },
    lost: [],
  });
});

test('without Redis the process that offered it still knows it, and another says that it is lost', async () => {
  const errors: unknown[] = [];
  const own = createLongNames({ names: away, onError: (error) => errors.push(error) });
  own.keep([long]);
  expect(await own.resolve({ name: [inMenu(long)] })).toEqual({ filled: { name: [long] }, lost: [] });
  const other = createLongNames({ names: away, onError: fail });
  expect(await other.resolve({ name: [inMenu(long)] })).toEqual({ filled: { name: [] }, lost: ['name'] });
  expect(errors).toHaveLength(1);
});

test('what is kept under a key that was not made from it is not taken', async () => {
  const { names, kept } = shared();
  kept.set(inMenu(long), 'FVE0');
  expect(await createLongNames({ names, onError: fail }).resolve({ name: [inMenu(long)] })).toMatchObject({
    lost: ['name'],
  });
});

test('short names need no memory, but one that looks like a key is kept too', async () => {
  const { names, kept } = shared();
  const likeAKey = inMenu(long);
  const own = createLongNames({ names, onError: fail });
  own.keep(['FVE0', 'x'.repeat(LIMITS.option.value), likeAKey]);
  expect([...kept.values()]).toEqual([likeAKey]);
  expect(await own.resolve({ name: [inMenu(likeAKey)] })).toEqual({ filled: { name: [likeAKey] }, lost: [] });
});

test('the memory of a process has an end', async () => {
  const own = createLongNames({ names: away, onError: () => undefined });
  own.keep([long, ...Array.from({ length: 1_000 }, (_, at) => `${long}${at}`)]);
  expect(await own.resolve({ name: [inMenu(long)] })).toMatchObject({ lost: ['name'] });
  expect(await own.resolve({ name: [inMenu(`${long}999`)] })).toMatchObject({ lost: [] });
});

test('both ends and what is between are shown, so that names of up to 147 characters are there in full', () => {
  const name = Array.from({ length: 147 }, (_, at) => String.fromCharCode(97 + (at % 26))).join('');
  const { text, description } = nameOption(name);
  const [head = '', tail = ''] = text.text.split('…');
  expect(head + (description?.text ?? '').replaceAll('…', '') + tail).toBe(name);
});

test('Slack takes any name, and two names are never one choice', () => {
  const name = fc.string({ minLength: 1, maxLength: 1_024, unit: 'binary' });
  fc.assert(
    fc.property(name, name, (one, other) => {
      fc.pre(one !== other);
      const options = [nameOption(one, 'as typed'), nameOption(other)];
      expect(new Set(options.map(({ value }) => value)).size).toBe(2);
      const element = { type: 'static_select', action_id: 'a', options };
      const label = { type: 'plain_text', text: 'x' };
      const title = { type: 'plain_text', text: 't' };
      const blocks = [{ type: 'input', label, element }];
      expect(checkView({ type: 'modal', title, submit: title, blocks })).toEqual([]);
      for (const { text } of options) expect(text.text).not.toMatch(HALF);
    }),
  );
});

/** Half of a surrogate pair. */
const HALF = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

function fail(error: unknown): never {
  throw error;
}
