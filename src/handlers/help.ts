import type { Catalogue } from './catalogue';
import { corrections } from './corrections';
import { apart } from './near';
import type { Operation, Words } from './operation';
import type { Part, Piece, Text, View } from './view';
import { joinWords, shorten } from './words';

/** Everything that is said about commands themselves. Pure, so it is answered even when nothing else works. */

const HELP_SUMMARY = 'What the bot can do; with a command, how that one is used.';

const TITLES: Readonly<Record<string, string>> = {
  openio: 'OpenIO SDS: elections, bases, meta2 placement',
  distkv: 'DistKV: missing ticks',
  palm: 'PALM: server records in etcd',
  ops: 'Requests, locks and the audit trail',
};

/** The help for `ops help`, `palm`, `palm help` and `palm help purge`. Null when the words ask for something else. */
export function help(catalogue: Catalogue, words: Words, whyNot: WhyNot = everythingGoes): View | null {
  const [system = '', ...rest] = words;
  const at = rest.findIndex((word) => word === 'help' || word === '--help' || word === '-h');
  if (rest.length > 0 && at === -1) return null;
  const topic = rest.filter((_, index) => index !== at);
  const operation = catalogue.match([system, ...topic])?.operation ?? catalogue.match(topic)?.operation;
  if (operation) return withRights(usage(operation, null), whyNot(operation));
  if (topic.length > 0 && catalogue.systems.includes(topic[0] ?? ''))
    return ofSystem(catalogue, topic[0] ?? '', whyNot);
  if (topic.length > 0) return unknownCommand(catalogue, [system, ...topic]);
  return system === 'ops' ? everything(catalogue, whyNot) : ofSystem(catalogue, system, whyNot);
}

/** Why somebody may not ask for an operation at that place, or null. The help shows what they may, and why not the rest. */
export type WhyNot = (operation: Operation) => Text | null;

const everythingGoes: WhyNot = () => null;

function withRights(view: View, why: Text | null): View {
  return why === null
    ? view
    : { ...view, parts: [{ kind: 'text', text: ['Not for you here. ', ...pieces(why)] }, ...view.parts] };
}

function pieces(text: Text): readonly Piece[] {
  return typeof text === 'string' ? [text] : text;
}

/** Flags that every command understands. */
export const EVERYWHERE: readonly (readonly [flag: string, what: string])[] = [
  ['--share #CHANNEL', 'After any command but /ops every: posts the result in that channel, too.'],
  ['--private', 'After any query but /ops every: only you see the answer. You can post it later.'],
  ['--break-glass "WHY"', 'After a change that is frozen: asks for it all the same. Everybody sees why.'],
];

function everything(catalogue: Catalogue, whyNot: WhyNot): View {
  return {
    title: 'What I can do',
    tone: 'neutral',
    parts: [
      ...catalogue.systems.flatMap((system) => listOf(catalogue, system, whyNot)),
      { kind: 'facts', facts: EVERYWHERE },
    ],
  };
}

function ofSystem(catalogue: Catalogue, system: string, whyNot: WhyNot): View {
  return { title: `/${system}`, tone: 'neutral', parts: listOf(catalogue, system, whyNot) };
}

function listOf(catalogue: Catalogue, system: string, whyNot: WhyNot): readonly Part[] {
  const all = catalogue.ofSystem(system).map((operation) => ({ operation, why: whyNot(operation) }));
  const commands = all.flatMap(({ operation, why }) =>
    why === null ? [[synopsis(operation), about(operation)] as const] : [],
  );
  const own = system === 'ops' ? [['/ops help [COMMAND]', HELP_SUMMARY] as const] : [];
  return [
    { kind: 'text', text: TITLES[system] ?? system },
    { kind: 'facts', facts: [...commands, ...own] },
    ...notForYou(all.flatMap(({ operation, why }) => (why === null ? [] : [[`/${operation.name}`, why] as const]))),
  ];
}

function notForYou(denied: readonly (readonly [command: string, why: Text])[]): readonly Part[] {
  if (denied.length === 0) return [];
  return [
    { kind: 'text', text: 'Not for you here:' },
    { kind: 'facts', facts: denied },
  ];
}

function about(operation: Operation): string {
  return operation.kind === 'query' ? operation.summary : `${operation.summary} Asks others to approve.`;
}

function synopsis(operation: Operation): string {
  return `/${[operation.name, operation.usage].filter(Boolean).join(' ')}`;
}

/** How one operation is used; with a problem, why its words were not understood, and what may have been meant. */
export function usage(operation: Operation, wrong: { readonly problem: string; readonly words: Words } | null): View {
  const meant = wrong ? corrections(operation, wrong.words) : [];
  return {
    title: wrong ? 'Nothing was run' : `/${operation.name}`,
    tone: wrong ? 'warning' : 'neutral',
    parts: [
      { kind: 'text', text: wrong ? `${capital(wrong.problem)}.` : about(operation) },
      {
        kind: 'facts',
        facts: [
          ['Usage', synopsis(operation)],
          ...operation.examples.map((example) => ['Example', `/${example}`] as const),
        ],
      },
      ...meant.map((words) => didYouMean(joinWords([...operation.name.split(' '), ...words]))),
      ...fillIn(operation, wrong ? [joinWords([...operation.name.split(' '), ...wrong.words])] : operation.examples),
    ],
  };
}

/** Its form, with these commands in it. */
function fillIn(operation: Operation, commands: readonly string[]): readonly Part[] {
  if (operation.form.length === 0) return [];
  return commands.map((words) => ({ kind: 'next', label: 'Fill in', words, why: 'in a form', fill: true }));
}

function didYouMean(words: string): Part {
  return { kind: 'next', label: `/${words}`, words, why: 'may be what you meant' };
}

/** How many nearest commands are offered. */
const OFFERED = 3;

const SETTINGS: Readonly<Record<string, string>> = {
  openio: 'OPENIO_PROXY_URL',
  distkv: 'DISTKV_SERVERS',
  palm: 'PALM_ETCD_HOSTS',
};

/** A slash command whose system this bot does not serve. */
export function notConfigured(system: string): View {
  const setting = SETTINGS[system];
  const how = setting ? ` Whoever runs the bot sets ${setting} and starts it again.` : '';
  return {
    title: 'Nothing was run',
    tone: 'warning',
    parts: [{ kind: 'text', text: `/${system} is not configured here.${how}` }],
  };
}

/** Words that name no operation: the nearest ones, and where to find all. */
export function unknownCommand(catalogue: Catalogue, words: Words): View {
  const [system = ''] = words;
  const near = nearestTo(catalogue, words).slice(0, OFFERED);
  return {
    title: 'Nothing was run',
    tone: 'warning',
    parts: [
      { kind: 'text', text: `There is no command /${shorten(joinWords(words))}.` },
      {
        kind: 'facts',
        facts: near.map((operation) => [near.length === 1 ? 'Did you mean' : 'Perhaps', synopsis(operation)]),
      },
      { kind: 'text', text: `All commands: /${catalogue.systems.includes(system) ? system : 'ops'} help` },
      ...near.map((operation) => didYouMean(meantBy(operation, words))),
    ],
  };
}

/** With the words that followed, where they fit; otherwise the help of that operation. */
function meantBy(operation: Operation, words: Words): string {
  const name = operation.name.split(' ');
  const rest = words.slice(name.length);
  const [system = '', ...verb] = name;
  return joinWords(operation.check(rest) === null ? [...name, ...rest] : [system, 'help', ...verb]);
}

/** The operations whose names are closest to what was typed, the closest first; none that is all different. */
function nearestTo(catalogue: Catalogue, words: Words): readonly Operation[] {
  const byDistance = catalogue.operations
    .map((operation) => ({ operation, away: howFar(operation.name, words) }))
    .filter(({ operation, away }) => away <= verbOf(operation).length / 2)
    .sort((a, b) => a.away - b.away);
  const closest = byDistance[0]?.away ?? 0;
  // One that is a slip away makes the others noise.
  return byDistance.filter(({ away }) => away <= Math.max(2, closest + 1)).map(({ operation }) => operation);
}

function howFar(name: string, words: Words): number {
  const typed = words.slice(0, name.split(' ').length).join(' ').slice(0, 64).toLowerCase();
  return apart(name, typed);
}

function verbOf({ name }: Operation): string {
  return name.slice(name.indexOf(' ') + 1);
}

export function capital(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}
