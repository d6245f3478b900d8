import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HOME_OPENED, RUN_HERE, SYSTEMS } from '../src/bot/app';
import { catalogueOf } from '../src/handlers/index';
import { splitWords } from '../src/handlers/words';
import { commandsPage } from './support/commands-page';
import { KINDS, SHOWN_IN } from './support/gallery/kinds';
import { messagesPage } from './support/gallery/page';
import { incidentPage } from './support/incident/page';
import { STORY } from './support/incident/story';
import { modulesIn } from './support/modules';
import { everySystem } from './support/systems';

const root = join(__dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const systems = everySystem();
const catalogue = catalogueOf(systems);
afterAll(() => systems.close());

test('docs/commands.md says what the catalogue says (npm run docs writes it)', () => {
  expect(read('docs/commands.md')).toBe(commandsPage(catalogue));
});

test('every example of the help is a command of its own operation', () => {
  for (const operation of catalogue.operations) {
    for (const example of operation.examples) {
      const words = splitWords(example);
      const matched = words.ok ? catalogue.match(words.args) : null;
      expect([example, matched?.operation.name, matched && operation.check(matched.words)]).toEqual([
        example,
        operation.name,
        null,
      ]);
    }
  }
});

test('the manifest has a slash command for every system, and the bot listens to each', () => {
  const manifest: { features: { slash_commands: { command: string }[] } } = JSON.parse(read('manifest.json'));
  const commands = manifest.features.slash_commands.map(({ command }) => command.slice(1));
  expect(commands).toEqual([...SYSTEMS]);
  expect([...SYSTEMS]).toEqual(expect.arrayContaining([...catalogue.systems]));
});

test('the manifest has every shortcut that the bot answers, and no other', () => {
  const manifest: { features: { shortcuts: { callback_id: string; type: string; name: string }[] } } = JSON.parse(
    read('manifest.json'),
  );
  const { shortcuts } = manifest.features;
  expect(shortcuts.map(({ callback_id, type }) => [callback_id, type])).toEqual([[RUN_HERE, 'message']]);
  expect(shortcuts.every(({ name }) => name.length <= 24)).toBe(true);
});

test('the manifest has a Home tab, and asks for the events that the bot listens to', () => {
  const manifest = JSON.parse(read('manifest.json'));
  expect(manifest.features.app_home.home_tab_enabled).toBe(true);
  const listened = [...read('src/bot/app.ts').matchAll(/app\.event\((\w+)/g)].map(([, event]) => event);
  expect(listened).toEqual(['HOME_OPENED']);
  expect(manifest.settings.event_subscriptions.bot_events).toEqual([HOME_OPENED]);
});

test('the README names the two commands and every document it speaks of', () => {
  const readme = read('README.md');
  expect(readme).toContain('npm run demo');
  expect(readme).toContain('npm test');
  for (const [, path = ''] of readme.matchAll(/\]\((docs\/[\w-]+\.md)\)/g))
    expect(read(path).length).toBeGreaterThan(100);
});

test('docs/messages.md shows every kind of message, and each picture is there (npm run docs:pictures makes them)', () => {
  expect(read('docs/messages.md')).toBe(messagesPage());
  const pictures = readdirSync(join(root, 'docs/pictures')).map((name) => name.replace(/\.png$/, ''));
  expect(pictures.sort()).toEqual(KINDS.map(({ id }) => id).sort());
});

test('docs/incident.md tells the steps that are played, each with a small picture (npm run docs:incident makes them)', () => {
  expect(read('docs/incident.md')).toBe(incidentPage());
  const pictures = readdirSync(join(root, 'docs/incident'));
  expect(pictures.sort()).toEqual(STORY.map(({ id }) => `${id}.png`));
  const tooLarge = pictures.filter((name) => statSync(join(root, 'docs/incident', name)).size > 80_000);
  expect(tooLarge).toEqual([]);
});

test('every state, outcome and part of a message has its picture', () => {
  const ids = KINDS.map(({ id }) => id);
  for (const shownIn of Object.values(SHOWN_IN)) expect(ids).toEqual(expect.arrayContaining(Object.values(shownIn)));
});

/** Texts that people see: what stands in quotes in these folders. */
const SPOKEN = ['src/handlers', 'src/jobs', 'src/bot'];
const UNLIKE_US = /[a-z]!(?:["'`\s]|$)|\b(?:please|oops|whoops|sorry|unfortunately|successfully)\b/i;

test('one voice: short sentences, no exclamation marks, nothing that is only politeness', () => {
  const said = SPOKEN.flatMap((folder) => modulesIn(folder)).flatMap(({ path, text }) =>
    [...text.matchAll(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g)].map(([literal]) => ({ path, literal })),
  );
  expect(said.length).toBeGreaterThan(1_000);
  expect(said.filter(({ literal }) => UNLIKE_US.test(literal))).toEqual([]);
});
