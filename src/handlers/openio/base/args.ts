import { lockName } from '../../../backends/openio/naming';
import type { Base, Container } from '../../../backends/openio/openio';
import type { Parsed, Words } from '../../operation';
import { joinWords, parseFlags, shorten } from '../../words';
import { baseWords, containerFrom, type Defaults, NAMING, namespaceFrom, peersFrom } from '../names';

/** What is wanted of one base. */
export interface Wish {
  readonly from: string;
  /** Null: chosen as the placement rules would. */
  readonly to: string | null;
  /** The way back of the same move. */
  readonly back: boolean;
}

export interface MoveArgs {
  readonly wish: Wish;
  readonly which: { readonly kind: 'these'; readonly containers: readonly Container[] } | { readonly kind: 'all' };
  /** Several bases, one after the other. */
  readonly volume: boolean;
  readonly pauseSeconds: number;
  readonly dryRun: boolean;
  readonly namespace: string;
}

export const MOVE_USAGE =
  'meta2 NAME --from ADDR [--to ADDR] [--back] [--dry-run] | meta2 --from ADDR --all [NAME…] [--pause SECONDS] [--cid] [--account ACCOUNT] [--ns NAMESPACE]';

/** Bases that one request may move; each has a dozen steps, and people have to read what they approve. */
export const MOST_BASES = 20;
const PAUSE_SECONDS = 10;
const MOST_PAUSE_SECONDS = 600;

const FLAGS = {
  ...NAMING,
  from: { type: 'string' },
  to: { type: 'string' },
  back: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  all: { type: 'boolean' },
  pause: { type: 'string' },
} as const;

export function parseMove(defaults: Defaults, words: Words): Parsed<MoveArgs> {
  const flags = parseFlags(words, FLAGS);
  if (!flags.ok) return flags;
  const { values, positionals } = flags.args;
  const [type, ...names] = positionals;
  if (type !== 'meta2') return no(typeProblem(type));
  const from = serviceFrom(values.from, 'from');
  if (!from.ok) return from;
  if (from.args === null) return no('--from is missing: the service that the base leaves, like 127.0.0.1:6020');
  const to = serviceFrom(values.to, 'to');
  if (!to.ok) return to;
  if (to.args === from.args) return no('--from and --to name the same service');
  const all = values.all ?? false;
  if (values.back && (all || values['dry-run'])) return no('--back goes with one base, and without --dry-run');
  if (!all && values.pause !== undefined) return no('--pause goes with --all: it is the time between two bases');
  const pause = pauseFrom(values.pause);
  if (!pause.ok) return pause;
  const containers = containersFrom(defaults, values, { names, all });
  if (!containers.ok) return containers;
  const namespace = namespaceFrom(defaults, values.ns);
  if (!namespace.ok) return namespace;
  return {
    ok: true,
    args: {
      wish: { from: from.args, to: to.args, back: values.back ?? false },
      which: all && names.length === 0 ? { kind: 'all' } : { kind: 'these', containers: containers.args },
      volume: all,
      pauseSeconds: all ? pause.args : 0,
      dryRun: values['dry-run'] ?? false,
      namespace: namespace.args,
    },
  };
}

function no(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}

function typeProblem(type: string | undefined): string {
  return type === undefined
    ? 'the type is missing: meta2'
    : `only meta2 bases are moved, not "${shorten(type)}": write openio base move meta2 NAME --from ADDR`;
}

function serviceFrom(text: string | undefined, flag: string): Parsed<string | null> {
  if (text === undefined) return { ok: true, args: null };
  const peers = peersFrom([text]);
  if (!peers.ok) return peers;
  const [service, other] = peers.args ?? [];
  if (other !== undefined) return no(`--${flag} takes one service, not ${shorten(text)}`);
  return { ok: true, args: service ?? null };
}

function pauseFrom(text: string | undefined): Parsed<number> {
  if (text === undefined) return { ok: true, args: PAUSE_SECONDS };
  if (/^\d{1,3}$/.test(text) && Number(text) <= MOST_PAUSE_SECONDS) return { ok: true, args: Number(text) };
  return no(`--pause takes seconds from 0 to ${MOST_PAUSE_SECONDS}, not "${shorten(text)}"`);
}

interface Names {
  readonly names: readonly string[];
  readonly all: boolean;
}

function containersFrom(
  defaults: Defaults,
  values: Parameters<typeof containerFrom>[1],
  { names, all }: Names,
): Parsed<readonly Container[]> {
  if (!all) {
    const one = ofMeta2(containerFrom(defaults, values, names));
    if (one.ok) return { ok: true, args: [one.args] };
    return names.length > 1 ? no(`${one.problem}; several bases at once need --all`) : one;
  }
  const distinct = [...new Set(names)];
  if (distinct.length > MOST_BASES) {
    return no(`${distinct.length} bases are too many for one request; at most ${MOST_BASES} are moved by one approval`);
  }
  // One container can be spelt in several ways; its base is moved once.
  const containers = new Map<string, Container>();
  for (const name of distinct) {
    const container = ofMeta2(containerFrom(defaults, values, [name]));
    if (!container.ok) return container;
    const key = lockName({ type: 'meta2', container: container.args });
    if (!containers.has(key)) containers.set(key, container.args);
  }
  return { ok: true, args: [...containers.values()] };
}

/** The few digits that name a part of the directory name no container. */
function ofMeta2(container: Parsed<Container>): Parsed<Container> {
  if (!container.ok || container.args.by === 'name' || container.args.cid.length > 4) return container;
  return no(`"${container.args.cid}" is not the cid of a container: 64 hexadecimal digits`);
}

/** The command that goes on with, or undoes, the move of one base. */
export function moveWords(defaults: Defaults, base: Base, { from, to, back }: Wish): string {
  const flags = ['--from', from, ...(to === null ? [] : ['--to', to]), ...(back ? ['--back'] : [])];
  return `openio base move ${joinWords(flags)} ${baseWords(defaults, base)}`;
}

interface Several {
  readonly names: readonly string[];
  readonly pauseSeconds: number;
}

/** Bases that are named alike: of one account, or all by cid. */
export function volumeWords(
  defaults: Defaults,
  {
    base: { container },
    from,
    to,
    chosen,
  }: { readonly base: Base; readonly chosen: string | null } & Omit<Wish, 'back'>,
  { names, pauseSeconds }: Several,
): string {
  const { namespace } = container;
  const account = container.by === 'name' && container.account !== defaults.account ? container.account : null;
  const flags = [
    ...['--from', from],
    ...(to === null || chosen !== null ? [] : ['--to', to]),
    ...['--all', '--pause', String(pauseSeconds)],
    ...(namespace === defaults.namespace ? [] : ['--ns', namespace]),
    ...(container.by === 'cid' ? ['--cid'] : []),
    ...(account === null ? [] : ['--account', account]),
  ];
  return `openio base move ${joinWords(flags)} ${joinWords(['meta2', ...(names.length === 0 ? [] : ['--', ...names])])}`;
}

export function removeWords(defaults: Defaults, base: Base, service: string): string {
  return `openio base remove ${joinWords(['--service-id', service])} ${baseWords(defaults, base)}`;
}
