import { isCid } from '../../backends/openio/naming';
import { type Base, type Container, type Openio, SERVICE_TYPES } from '../../backends/openio/openio';
import type { Parsed, Words } from '../operation';
import { joinWords, parseFlags, shorten } from '../words';

/** The flags that name a container, as in the `openio` command line. `--cid` says that NAME is a cid. */
export const NAMING = {
  cid: { type: 'boolean' },
  account: { type: 'string' },
  ns: { type: 'string' },
} as const;

const ONE_PEER = { 'service-id': { type: 'string', multiple: true } } as const;

export interface Named {
  readonly cid?: boolean | undefined;
  readonly account?: string | undefined;
  readonly ns?: string | undefined;
}

/** Where defaults come from. */
export type Defaults = Pick<Openio, 'namespace' | 'account'>;

export function baseFrom(defaults: Defaults, flags: Named, positionals: readonly string[]): Parsed<Base> {
  const [type, name, ...rest] = positionals;
  if (type === undefined) return { ok: false, problem: 'the type is missing: meta0, meta1 or meta2' };
  const known = SERVICE_TYPES.find((each) => each === type);
  if (!known) {
    return { ok: false, problem: `only meta0, meta1 and meta2 have elections; "${shorten(type)}" has none` };
  }
  const container = containerFrom(defaults, flags, name === undefined ? rest : [name, ...rest]);
  return container.ok ? { ok: true, args: { type: known, container: container.args } } : container;
}

/** A base and, where `--service-id` names some, its peers. */
export interface BaseAndPeers {
  readonly base: Base;
  /** Null: all of them. */
  readonly only: readonly string[] | null;
}

export const BASE_AND_PEERS = 'TYPE NAME [--cid] [--account ACCOUNT] [--ns NAMESPACE] [--service-id ADDR]…';

export function parseBaseAndPeers(defaults: Defaults, words: Words): Parsed<BaseAndPeers> {
  const flags = parseFlags(words, { ...NAMING, ...ONE_PEER });
  if (!flags.ok) return flags;
  const base = baseFrom(defaults, flags.args.values, flags.args.positionals);
  const only = peersFrom(flags.args.values['service-id']);
  if (!base.ok) return base;
  return only.ok ? { ok: true, args: { base: base.args, only: only.args } } : only;
}

export const ONE_CONTAINER = 'NAME [--cid] [--account ACCOUNT] [--ns NAMESPACE]';

export function parseContainer(defaults: Defaults, words: Words): Parsed<Container> {
  const flags = parseFlags(words, NAMING);
  return flags.ok ? containerFrom(defaults, flags.args.values, flags.args.positionals) : flags;
}

const LONGEST_NAME = 1_024;

export function containerFrom(defaults: Defaults, flags: Named, positionals: readonly string[]): Parsed<Container> {
  const [name, extra] = positionals;
  if (name === undefined || name === '') return { ok: false, problem: 'the name of the container is missing' };
  if (extra !== undefined) {
    return {
      ok: false,
      problem: `one container at a time; "${shorten(extra)}" is too much (quote a name with spaces)`,
    };
  }
  if (name.length > LONGEST_NAME) return { ok: false, problem: `the name is longer than ${LONGEST_NAME} characters` };
  const found = namespaceFrom(defaults, flags.ns);
  if (!found.ok) return found;
  const namespace = found.args;
  if (!flags.cid)
    return { ok: true, args: { by: 'name', namespace, account: flags.account ?? defaults.account, name } };
  if (flags.account !== undefined)
    return { ok: false, problem: 'a cid needs no account: give --cid or --account, not both' };
  if (isCid(name)) return { ok: true, args: { by: 'cid', namespace, cid: name } };
  return {
    ok: false,
    problem: `"${shorten(name)}" is not a cid: 64 hexadecimal digits, with or without .1 behind them`,
  };
}

export function namespaceFrom(defaults: Defaults, given: string | undefined): Parsed<string> {
  const namespace = given ?? defaults.namespace;
  if (/^[\w.-]+$/.test(namespace)) return { ok: true, args: namespace };
  return { ok: false, problem: `"${shorten(namespace)}" cannot be a namespace` };
}

/** `--service-id` may be repeated or hold a comma list. Null: no peer is named. */
export function peersFrom(ids: readonly string[] | undefined): Parsed<readonly string[] | null> {
  if (ids === undefined) return { ok: true, args: null };
  const peers = [...new Set(ids.flatMap((id) => id.split(',')))];
  const odd = peers.find((peer) => !/^[^\s,]{1,255}$/.test(peer));
  return odd === undefined
    ? { ok: true, args: peers }
    : { ok: false, problem: `"${shorten(odd)}" is not a service id` };
}

/** Words that name this container again; defaults are left out. */
export function containerWords(defaults: Defaults, container: Container): string {
  const { namespace } = container;
  const flags = namespace === defaults.namespace ? [] : ['--ns', namespace];
  if (container.by === 'cid') return joinWords([...flags, '--cid', container.cid]);
  if (container.account !== defaults.account) flags.push('--account', container.account);
  return joinWords(container.name.startsWith('-') ? [...flags, '--', container.name] : [...flags, container.name]);
}

/** Words that name this base again. */
export function baseWords(defaults: Defaults, base: Base): string {
  return `${base.type} ${containerWords(defaults, base.container)}`;
}
