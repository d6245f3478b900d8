import type { Service } from '../../../backends/openio/openio';
import { good, isHealthy } from '../copies';
import { CHECK, DEBUG, REFERENCE } from '../finding';
import { believed, isFinal } from '../states';
import { listsOf, markerOf } from './direction';
import { fileOf, type Look } from './look';
import { sameSet } from './marker';
import type { Refusal } from './refusal';
import { DIAGNOSE, severalMasters, zooKeeperSuspect } from './rules-election';
import { continueAdvice } from './rules-lists';
import { debugOf, isWell } from './scene';
import { frozenState } from './status';

export interface Spare extends Look {
  readonly service: string;
  readonly services: readonly Service[];
}

export type JudgedSpare =
  | { readonly kind: 'remove' }
  | { readonly kind: 'absent' }
  | ({ readonly kind: 'refused' } & Refusal);

type SpareRule = (spare: Spare) => Refusal | null;

const NEEDED = 3;

/** A copy is only ever a spare when nothing names its service any more and three good ones are elsewhere. */
export function judgeSpare(spare: Spare): JudgedSpare {
  for (const rule of RULES) {
    const refusal = rule(spare);
    if (refusal) return { kind: 'refused', ...refusal };
  }
  return fileOf(spare, spare.service) === 'no' ? { kind: 'absent' } : { kind: 'remove' };
}

function unknownService({ services, service }: Spare): Refusal | null {
  if (services.some(({ address }) => address === service)) return null;
  const known = services.map(({ address }) => address).join(', ');
  const advice = [{ label: 'Services', operation: 'cluster list', flags: '', why: 'shows every service' }];
  return { why: `the conscience knows no meta2 service ${service} (known: ${known})`, cure: 'Look again.', advice };
}

function stillPeer({ directory, service }: Spare): Refusal | null {
  if (!directory.includes(service)) return null;
  const flags = `--from ${service}`;
  const move = { label: 'Move', operation: 'base move', flags, why: 'plans to take it off this service' };
  const why = `the directory names ${service}: its copy is one of the base's own`;
  return { why, cure: 'Move the base off it first.', advice: [move] };
}

function moveUnderWay(spare: Spare): Refusal | null {
  const marked = markerOf(spare);
  if (marked?.kind !== 'moving') return null;
  const why = `the move from ${marked.from} to ${marked.to} (request ${marked.request}) has not ended`;
  return { why, cure: 'End it first.', advice: continueAdvice(marked.from, marked.to) };
}

function stillNamed(spare: Spare): Refusal | null {
  const { directory, service } = spare;
  const list = listsOf(spare).find((each) => !sameSet(each, directory));
  if (!list) return null;
  const how = list.includes(service) ? `still names ${service}` : 'names other peers than the directory';
  return { why: `the base itself ${how} (${list.join(', ')})`, cure: 'Mend that first.', advice: [DEBUG, REFERENCE] };
}

function electionUnsettled(spare: Spare): Refusal | null {
  const { directory, masters } = spare;
  const [master] = masters;
  if (master === undefined) return { why: 'there is no master', cure: 'Find out why.', advice: [DIAGNOSE] };
  if (!directory.includes(master)) {
    const flags = `--service-id ${master}`;
    const leave = { label: 'Leave', operation: 'election leave', flags, why: 'lets a peer become master' };
    return { why: `${master} is master and no peer`, cure: 'Let it leave first.', advice: [leave, DIAGNOSE] };
  }
  const odd = directory.find((each) => {
    const peer = debugOf(spare, each);
    return !isWell(peer) || !isFinal(peer?.debug?.state ?? '') || !sameSet((peer && believed(peer)) ?? [], directory);
  });
  if (odd === undefined) return null;
  const why = `${odd} is not in the election, or counts on other peers than ${directory.join(', ')}`;
  return { why, cure: 'See what the peers remember.', advice: [DEBUG, DIAGNOSE] };
}

function stillElects(spare: Spare): Refusal | null {
  const { service } = spare;
  const state = debugOf(spare, service)?.debug?.state ?? '';
  if (!isFinal(state)) return null;
  const leave = { label: 'Leave', operation: 'election leave', flags: `--service-id ${service}`, why: 'takes it out' };
  return { why: `${service} still takes part in an election (${state})`, cure: 'Let it leave first.', advice: [leave] };
}

function tooFewCopies(spare: Spare): Refusal | null {
  const { copies, directory } = spare;
  const best = copies && good(copies);
  const all = copies?.copies ?? [];
  const agree = best !== null && all.every((copy) => isHealthy(copy) && copy.digest === best.digest);
  const files = directory.filter((each) => fileOf(spare, each) === 'yes').length;
  const counted = copies?.kind === 'by peer' ? all.length : files;
  if (agree && files >= NEEDED && counted >= NEEDED) return null;
  const why = `three good copies elsewhere are not seen (${files} files; the copies ${agree ? 'agree' : 'do not all agree, or cannot all be read'})`;
  return { why, cure: 'This one may be needed.', advice: [CHECK] };
}

function notEnabled(spare: Spare): Refusal | null {
  if (frozenState(spare) === 'no') return null;
  return { why: 'the base is frozen: somebody is at work on it', cure: 'Wait for that to end.', advice: [CHECK] };
}

function silent(spare: Spare): Refusal | null {
  if (fileOf(spare, spare.service) !== 'silent') return null;
  return { why: `${spare.service} does not answer`, cure: 'Mend it first, or leave the copy.', advice: [DIAGNOSE] };
}

const RULES: readonly SpareRule[] = [
  unknownService,
  stillPeer,
  zooKeeperSuspect,
  severalMasters,
  moveUnderWay,
  stillNamed,
  electionUnsettled,
  stillElects,
  tooFewCopies,
  notEnabled,
  silent,
];
