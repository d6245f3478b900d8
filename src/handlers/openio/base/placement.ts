import { compareIds } from '../../../backends/openio/answers';
import type { Service } from '../../../backends/openio/openio';

export interface Candidate {
  readonly address: string;
  readonly why: string;
}

export interface Leaving {
  readonly from: string;
  /** Where the other bases of the same request go. */
  readonly taken?: readonly string[];
}

/**
 * Services that could take a copy, best first: up, with a score, not locked, not a peer already, at another location than
 * every peer that stays. Farther away is better, then the better quarter of scores. Scores move by themselves, so nothing
 * finer counts: a plan that is made again has to choose the same service. Among equals the one that fewer bases of this
 * request go to.
 */
export function candidates(
  services: readonly Service[],
  peers: readonly string[],
  { from, taken = [] }: Leaving,
): readonly Candidate[] {
  const staying = services.filter(({ address }) => peers.includes(address) && address !== from);
  return services
    .filter((service) => !peers.includes(service.address) && isOpen(service))
    .map((service) => ({ service, shared: mostShared(service, staying) }))
    .filter(({ service, shared }) => service.location === '' || shared < partsOf(service.location).length)
    .toSorted(
      (a, b) =>
        a.shared - b.shared ||
        quarterOf(b.service.score) - quarterOf(a.service.score) ||
        timesIn(taken, a.service.address) - timesIn(taken, b.service.address) ||
        compareIds(a.service.address, b.service.address),
    )
    .map(({ service, shared }) => ({ address: service.address, why: whyOf(service, shared) }));
}

function timesIn(list: readonly string[], address: string): number {
  return list.filter((each) => each === address).length;
}

function isOpen({ score, up, locks }: Service): boolean {
  return score > 0 && up !== false && locks.length === 0;
}

function whyOf(service: Service, shared: number): string {
  const place = service.location === '' ? 'a location that is not known' : service.location;
  const apart =
    shared === 0 ? 'apart from every peer that stays' : `which shares ${sharedPart(service, shared)} with a peer`;
  return `no peer yet, up, score ${QUARTERS[quarterOf(service.score)]}, at ${place}, ${apart}`;
}

const QUARTERS: Readonly<Record<number, string>> = { 1: '1 to 25', 2: '26 to 50', 3: '51 to 75', 4: '76 to 100' };

function quarterOf(score: number): number {
  return Math.max(1, Math.min(4, Math.ceil(score / 25)));
}

function sharedPart({ location }: Service, shared: number): string {
  return partsOf(location).slice(0, shared).join('.');
}

/** Locations are written from the outside in: `srv1.vol4`, or with room and rack before them. */
function partsOf(location: string): readonly string[] {
  return location === '' ? [] : location.split('.');
}

function sharedParts(one: string, other: string): number {
  const parts = partsOf(other);
  const first = partsOf(one).findIndex((part, index) => part !== parts[index]);
  return first === -1 ? partsOf(one).length : first;
}

function mostShared(service: Service, staying: readonly Service[]): number {
  return Math.max(0, ...staying.map(({ location }) => sharedParts(service.location, location)));
}

/** What speaks against a service that a person has named; placement would not choose it. */
export function objections(
  service: Service,
  services: readonly Service[],
  staying: readonly string[],
): readonly string[] {
  const peers = services.filter(({ address }) => staying.includes(address));
  const near = peers.find(({ location }) => sharedParts(service.location, location) > 0);
  return [
    ...(service.locks.length > 0 ? [`${service.address} is locked (${service.locks.join(', ')})`] : []),
    ...(near ? [`${service.address} at ${service.location} is near ${near.address} at ${near.location}`] : []),
  ];
}
