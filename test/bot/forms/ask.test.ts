import type { InputBlock, ModalView } from '@slack/types';
import { checkView } from '../../../sandbox/slack/check';
import { askForm } from '../../../src/bot/forms/ask-form';
import { blockOfField, filledIn } from '../../../src/bot/forms/ask-inputs';
import { saidIn } from '../../../src/bot/forms/filled-in';
import { createClusters } from '../../../src/handlers/clusters';
import { filledFrom } from '../../../src/handlers/filling';
import type { Filled } from '../../../src/handlers/form';
import { catalogueOf } from '../../../src/handlers/index';
import type { Operation } from '../../../src/handlers/operation';
import { selectSwitches, switchesOf } from '../../../src/handlers/switches';
import { splitWords } from '../../../src/handlers/words';
import { everySystem } from '../../support/systems';

/** A form for asking: which inputs it has, that it says the typed command, and below which input a problem stands. */
const systems = everySystem();
const catalogue = catalogueOf(systems);
const clusters = createClusters([{ name: 'default', production: false, catalogue }]);
afterAll(() => systems.close());

function named(name: string): Operation {
  const operation = catalogue.byName(name);
  if (!operation) throw new Error(`no operation ${name}`);
  return operation;
}

function formOf(name: string, { frozen = false, filled = {} as Filled, channel = 'C1' } = {}): ModalView {
  const asked = { road: 'form', channel, cluster: 'default', system: null, operation: name } as const;
  return askForm(clusters, asked, { filled, frozen, said: [] });
}

const inputsOf = (form: ModalView) => form.blocks.filter((block): block is InputBlock => block.type === 'input');
const idsOf = (form: ModalView) =>
  inputsOf(form).flatMap(({ element }) => [
    'action_id' in element ? element.action_id : '',
    ...(element.type === 'checkboxes' ? element.options.map(({ value }) => value) : []),
  ]);

/** As Slack gives it back: by block. */
function valuesOf(operation: Operation, filled: Filled): Readonly<Record<string, readonly string[]>> {
  const fields = [...operation.form, ...switchesOf(operation)];
  const values: Record<string, readonly string[]> = {};
  for (const field of fields) {
    const block = blockOfField(operation, field);
    const held = filled[field.id] ?? [];
    if (held.length > 0) values[block] = [...(values[block] ?? []), ...held];
  }
  return values;
}

const notOfAudience = (id = '') => !['private', 'share', 'switches'].includes(id);

describe('what every command takes', () => {
  test('a query can be private or shared, a change shared alone', () => {
    expect(idsOf(formOf('palm servers'))).toEqual(expect.arrayContaining(['private', 'share']));
    expect(idsOf(formOf('palm servers', { frozen: true }))).not.toContain('break-glass');
    const change = idsOf(formOf('palm purge'));
    expect(change).toContain('share');
    expect(change).not.toContain('private');
  });

  test('in the Home tab there is nothing to choose of who sees it', () => {
    const held = { filled: { private: ['private'] }, channel: 'U0ANA' };
    expect(idsOf(formOf('palm servers', held))).toEqual(idsOf(formOf('palm servers')).filter(notOfAudience));
    expect(idsOf(formOf('palm purge', held)).filter((id) => !notOfAudience(id))).toEqual([]);
  });

  test('the way around a freeze is there while a freeze holds, or when it was filled in', () => {
    expect(idsOf(formOf('palm purge'))).not.toContain('break-glass');
    expect(idsOf(formOf('palm purge', { frozen: true }))).toContain('break-glass');
    expect(idsOf(formOf('palm purge', { filled: { 'break-glass': ['why'] } }))).toContain('break-glass');
  });

  test('no operation has a field of the same name', () => {
    for (const operation of catalogue.operations) {
      const own = operation.form.map(({ id }) => id);
      for (const { id } of switchesOf(operation)) expect(own).not.toContain(id);
      for (const reserved of ['flags', 'switches']) expect(own).not.toContain(reserved);
    }
  });

  test.each(catalogue.operations.map(({ name }) => [name] as const))('Slack takes the form of %s', (name) => {
    const filled = { share: ['#storage-ops'], 'break-glass': ['why'], private: ['private'] };
    for (const held of [{}, filled, { share: ['C0INC42'] }]) {
      const form = formOf(name, { frozen: true, filled: held });
      expect(checkView(form)).toEqual([]);
    }
  });
});

describe('the form says the typed command', () => {
  const switches = {
    query: ['', '--private', '--share C0STORAGE', '--share #storage-ops'],
    change: ['', '--share C0STORAGE', '--break-glass "it is down"', '--break-glass=-5 --share C0STORAGE'],
  };
  const cases = catalogue.operations.flatMap((operation) =>
    operation.examples.flatMap((example) =>
      (operation.postsLater ? [''] : switches[operation.kind]).map(
        (more) => [`${example} ${more}`.trim(), operation] as const,
      ),
    ),
  );

  test.each(cases)('/%s', (command, operation) => {
    const split = splitWords(command);
    const typed = selectSwitches(split.ok ? split.args : []);
    if (!typed.ok) throw new Error(typed.problem);
    const matched = catalogue.match(typed.args.words);
    const filled = { ...filledFrom(operation.form, matched?.words ?? []), ...typed.args.filled };
    const said = saidIn(operation, filledIn(operation, valuesOf(operation, filled)), []);
    if (!said.ok) throw new Error(said.problem);
    const again = selectSwitches([...operation.name.split(' '), ...said.words, ...said.switches]);
    if (!again.ok) throw new Error(again.problem);
    // Whoever is asked, sees it and why: the very same. The order of flags among the words means nothing.
    expect(again.args.filled).toEqual(typed.args.filled);
    expect(filledFrom(operation.form, catalogue.match(again.args.words)?.words ?? [])).toEqual(
      filledFrom(operation.form, matched?.words ?? []),
    );
  });
});

describe('a command within a command', () => {
  const everyHour = '1h in <#C0INC42|inc-42> for 1d palm servers --host a';
  const filled = filledFrom(named('ops every').form, everyHour.split(' '));

  test('keeps its own flags, and its channel is chosen from a menu', () => {
    const said = saidIn(named('ops every'), { ...filled, in: ['C0INC42'] }, []);
    expect(said).toMatchObject({ ok: true, words: '1h in C0INC42 for 1d palm servers --host a'.split(' ') });
    const menu = inputsOf(formOf('ops every', { filled })).find(({ label }) => label.text === 'Where')?.element;
    expect(menu).toMatchObject({ type: 'conversations_select', initial_conversation: 'C0INC42' });
  });

  test.each([
    ['ops rules', 'palm purge --not-serving'],
    ['ops can', 'U0BEN palm purge --not-serving'],
  ])('%s takes one with a flag', (name, typed) => {
    const said = saidIn(named(name), filledFrom(named(name).form, typed.split(' ')), []);
    expect(said).toMatchObject({ ok: true, words: typed.split(' ') });
  });

  test.each([
    ['U0BEN', { initial_user: 'U0BEN' }],
    ['<@U0BEN|ben>', { initial_user: 'U0BEN' }],
    ['U012AB3CD', {}],
    ['ben', {}],
  ])('a person is chosen from a menu, which %s presets', (who, preset) => {
    const [person] = inputsOf(formOf('ops can', { filled: { person: [who] } }));
    expect(person?.element).toEqual({
      ...{ type: 'users_select', action_id: 'person' },
      placeholder: expect.anything(),
      ...preset,
    });
  });
});

describe('a problem', () => {
  const blame = (name: string, filled: Filled, lost: readonly string[] = []) => {
    const said = saidIn(named(name), filled, lost);
    return said.ok ? null : [said.field?.id, said.problem];
  };

  test.each<readonly [string, string, Filled, readonly [field: string, words: RegExp]]>([
    [
      'the value that it quotes',
      'openio container show',
      { name: ['xyz'], cid: ['cid'], ns: ['hexadecimal'] },
      ['name', /"xyz" is not a cid/],
    ],
    ['the flag that it names', 'openio container check', { name: ['2'], times: ['0'] }, ['times', /--times takes/]],
    ['one among several words', 'distkv who', { node: ['test1'], tick: ['two'] }, ['tick', /two/]],
    ['what is missing', 'openio election status', { type: ['meta2'] }, ['name', /name of the container is missing/]],
    ['the first of two', 'openio container show', { name: ['abc'], cid: ['cid'], account: ['x'] }, ['cid', /not both/]],
    ['two switches', 'palm servers', { private: ['private'], share: ['C0STORAGE'] }, ['private', /exclude each other/]],
    ['no channel', 'palm servers', { share: ['storage ops'] }, ['share', /such as --share #storage-ops/]],
    ['no reason', 'palm restart', { unit: ['registry'], 'break-glass': [' '] }, ['break-glass', /needs a reason/]],
    ['a switch as a name', 'openio container show', { name: ['--private'] }, ['name', /cannot be a value/]],
    ['a cluster as a name', 'openio container show', { name: ['--on=prod'] }, ['name', /cannot be a value/]],
  ])('stands below %s', (_what, name, filled, [field, words]) => {
    expect(blame(name, filled)).toEqual([field, expect.stringMatching(words)]);
  });

  test('of a long name that is not kept any more says to choose it again', () => {
    expect(blame('openio container show', {}, ['name'])).toEqual(['name', expect.stringContaining('choose it again')]);
  });
});
