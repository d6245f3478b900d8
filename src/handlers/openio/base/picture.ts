import { escapeXml, patterns, shorten, text } from '../picture-svg';
import type { Host, MovePlan } from './plan';

const WIDTH = 1_200;
const LEFT = 176;
const RIGHT = 1_168;
const GAP = 16;
const TALL = 92;
const BEFORE = 84;
const AFTER = 268;
const HEIGHT = 420;

/** Okabe and Ito's colours, as in the picture of an election; letters and patterns say the same again. */
const LOOKS = {
  MASTER: { fill: '#0072B2', ink: '#FFFFFF' },
  SLAVE: { fill: '#56B4E9', ink: '#000000' },
  peer: { fill: '#BBDFF5', ink: '#000000' },
  arriving: { fill: '#009E73', ink: '#FFFFFF' },
  leaving: { fill: '#CC79A7', ink: '#000000' },
  none: { fill: '#FFFFFF', ink: '#666666' },
} as const;

interface Box {
  readonly x: number;
  readonly width: number;
  readonly host: Host;
  readonly look: (typeof LOOKS)[keyof typeof LOOKS];
  readonly role: string;
  readonly isDashed: boolean;
}

/** The services of a base before and after, one column per service. Plain SVG without scripts or outside references. */
export function movePicture(title: string, plan: MovePlan): string {
  const hosts = plan.hosts.toSorted((a, b) => rank(plan, a) - rank(plan, b) || (a.address < b.address ? -1 : 1));
  const width = Math.round((RIGHT - LEFT + GAP) / hosts.length) - GAP;
  const columns = hosts.map((host, index) => ({ host, x: LEFT + index * (width + GAP) }));
  const from = columns.find(({ host }) => host.address === plan.leaving);
  const to = columns.find(({ host }) => host.address === plan.arriving);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="DejaVu Sans, sans-serif">`,
    patterns(),
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#FFFFFF"/>`,
    text(title, { x: 16, y: 30, size: 18, weight: 'bold' }),
    text('Before', { x: 16, y: BEFORE + 50, size: 15, weight: 'bold' }),
    text('After', { x: 16, y: AFTER + 50, size: 15, weight: 'bold' }),
    ...columns.map(({ host, x }) => box({ ...before(plan, host), x, width }, BEFORE)),
    ...columns.map(({ host, x }) => box({ ...after(plan, host), x, width }, AFTER)),
    ...(from && to ? [arrow(from.x + width / 2, to.x + width / 2)] : []),
    text('Who is master afterwards is for the election to decide.', { x: LEFT, y: HEIGHT - 22, size: 12 }),
    '</svg>',
  ].join('\n');
}

/** The leaving one and the arriving one stand side by side. */
function rank({ leaving, arriving }: MovePlan, { address }: Host): number {
  return address === arriving ? 2 : address === leaving ? 1 : 0;
}

type Drawn = Omit<Box, 'x' | 'width'>;

function before({ old, leaving }: MovePlan, host: Host): Drawn {
  const isPeer = old.includes(host.address);
  if (!isPeer) return { host, look: LOOKS.none, role: notYet(host), isDashed: true };
  const look = host.role === '-' ? LOOKS.peer : LOOKS[host.role];
  const role = host.role === '-' ? 'peer' : host.role;
  return { host, look, role: host.address === leaving ? `${role}, leaves` : role, isDashed: false };
}

function notYet({ file }: Host): string {
  return file === 'yes' ? 'no peer, holds a copy' : 'no peer';
}

function after({ wanted, arriving }: MovePlan, host: Host): Drawn {
  if (!wanted.includes(host.address)) {
    return { host, look: LOOKS.leaving, role: 'no peer, old copy kept', isDashed: true };
  }
  if (host.address === arriving) return { host, look: LOOKS.arriving, role: 'new peer', isDashed: false };
  return { host, look: LOOKS.peer, role: 'peer', isDashed: false };
}

function box({ host, look, role, isDashed, x, width }: Box, y: number): string {
  const dashes = isDashed ? ' stroke-dasharray="6 5"' : '';
  const frame = `<rect x="${x}" y="${y}" width="${width}" height="${TALL}" rx="6" fill="${look.fill}" stroke="#333333"${dashes}/>`;
  const line = (words: string, dy: number, size: number): string =>
    `<text x="${x + width / 2}" y="${y + dy}" font-size="${size}" text-anchor="middle" fill="${look.ink}">${escapeXml(shorten(words, Math.floor(width / 8.4)))}</text>`;
  return [
    frame,
    line(host.address, 30, 14),
    line(role, 52, 13),
    line(host.location || 'location not known', 74, 11),
  ].join('\n');
}

function arrow(from: number, to: number): string {
  const top = BEFORE + TALL;
  const middle = (top + AFTER) / 2;
  const path = `M${from} ${top + 4}V${middle}H${to}V${AFTER - 12}`;
  const head = `M${to - 7} ${AFTER - 14}L${to} ${AFTER - 2}L${to + 7} ${AFTER - 14}Z`;
  return `<path d="${path}" fill="none" stroke="#000000" stroke-width="2"/><path d="${head}" fill="#000000"/>`;
}
