import { escapeXml, patterns, shorten, text } from './picture-svg';
import { type Column, type Lane, layTime, type Placed } from './picture-time';
import { STATES } from './states';

const WIDTH = 1_200;
const LEFT = 176;
const RIGHT = 1_090;
const END = 1_184;
const TOP = 64;
const LABELS = 78;
const BAR = 36;
const LANE = LABELS + BAR + 14;
/** More moments than this cannot be labelled side by side. */
const MOST_COLUMNS = 26;

interface Look {
  readonly fill: string;
  readonly ink: string;
  readonly pattern: 'none' | 'rising' | 'falling' | 'dots' | 'upright' | 'crossed';
}

/** Okabe and Ito's colours, which people with any colour vision can tell apart; patterns and letters say the same again. */
const LOOKS = {
  master: { fill: '#0072B2', ink: '#FFFFFF', pattern: 'none' },
  slave: { fill: '#56B4E9', ink: '#000000', pattern: 'none' },
  searching: { fill: '#F0E442', ink: '#000000', pattern: 'rising' },
  checking: { fill: '#E69F00', ink: '#000000', pattern: 'upright' },
  syncing: { fill: '#009E73', ink: '#000000', pattern: 'dots' },
  leaving: { fill: '#CC79A7', ink: '#000000', pattern: 'falling' },
  failed: { fill: '#D55E00', ink: '#000000', pattern: 'crossed' },
  none: { fill: '#FFFFFF', ink: '#000000', pattern: 'none' },
  silent: { fill: '#DDDDDD', ink: '#000000', pattern: 'falling' },
} as const satisfies Record<string, Look>;

function lookOf(state: string): Look {
  if (state === 'MASTER') return LOOKS.master;
  if (state === 'SLAVE') return LOOKS.slave;
  if (state === 'SYNCING') return LOOKS.syncing;
  if (state === 'FAILED' || state === 'LEAVING_FAILING') return LOOKS.failed;
  if (state === 'LEAVING') return LOOKS.leaving;
  if (/CHECKING/.test(state)) return LOOKS.checking;
  if (/^(PEERING|CREATING|WATCHING|LISTING|ASKING)$/.test(state)) return LOOKS.searching;
  return LOOKS.none;
}

/**
 * One lane per peer: its states as spans from left (older) to right (now), each change labelled with its event. Plain SVG
 * without scripts or outside references, 1 200 pixels wide.
 */
export function electionPicture(title: string, lanes: readonly Lane[]): string {
  const time = layTime(lanes, { left: LEFT + 40, right: RIGHT, most: MOST_COLUMNS });
  const bottom = TOP + lanes.length * LANE;
  const height = bottom + 104;
  const used = new Set<string>();
  const drawn = lanes.map((lane, index) => {
    const placed = time.lanes[index] ?? [];
    return laneOf(lane, { placed, columns: time.columns, top: TOP + index * LANE, used });
  });
  const older = time.omitted > 0 ? `; ${time.omitted} older changes are in the text` : '';
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="DejaVu Sans, sans-serif">`,
    patterns(),
    `<rect width="${WIDTH}" height="${height}" fill="#FFFFFF"/>`,
    text(title, { x: 16, y: 28, size: 18, weight: 'bold' }),
    text(`${spanOf(time.columns)}. Time is squeezed${older}.`, { x: 16, y: 48, size: 12 }),
    ...drawn,
    axis(time.columns, bottom),
    legend(used, bottom + 50),
    '</svg>',
  ];
  return parts.join('\n');
}

interface Drawing {
  readonly placed: readonly Placed[];
  readonly columns: readonly Column[];
  readonly top: number;
  /** States that the legend has to explain. */
  readonly used: Set<string>;
}

function laneOf(lane: Lane, drawing: Drawing): string {
  const y = drawing.top + LABELS;
  const name = [
    text(shorten(lane.peer, 21), { x: 16, y: y + 16, size: 13, weight: 'bold' }),
    text(shorten(lane.state ?? '', 24), { x: 16, y: y + 32, size: 11 }),
  ];
  if (drawing.placed.length === 0) {
    const words = lane.note ?? (lane.state === null ? 'no answer' : `${lane.state}, nothing changed lately`);
    const look = lane.state === null ? LOOKS.silent : lookOf(lane.state);
    return [...name, bar(LEFT, END, y, look), caption(words, (LEFT + END) / 2, y)].join('\n');
  }
  return [...name, ...spansOf(drawing, y)].join('\n');
}

/** The state before the first change, then one span per change, the last one up to now. */
function spansOf({ placed, columns, used }: Drawing, y: number): readonly string[] {
  const first = placed[0]?.transition.from;
  const starts = placed.map(({ column, transition }) => ({ x: columns[column]?.x ?? LEFT, state: transition.to }));
  const spans = [...(first === undefined ? [] : [{ x: LEFT, state: first }]), ...starts];
  const boxes = spans.map(({ x, state }, index) => {
    const end = spans[index + 1]?.x ?? END;
    used.add(state);
    const room = end - x - 8;
    const label = room >= state.length * 7.4 ? state : room >= 10 ? (STATES[state]?.code ?? '?') : '';
    return bar(x, end, y, lookOf(state)) + onBar(label, { x: (x + end) / 2, y, look: lookOf(state) });
  });
  const events = placed.map(({ column, transition }) => {
    const x = columns[column]?.x ?? LEFT;
    const tick = `<path d="M${px(x)} ${y + BAR}V${y - 4}" stroke="#000000" stroke-width="1.5"/>`;
    const at = `transform="translate(${px(x + 4)} ${y - 8}) rotate(-48)"`;
    return `${tick}<text ${at} font-size="10.5">${escapeXml(shorten(transition.event, 14))}</text>`;
  });
  return [...boxes, ...events];
}

function bar(x: number, end: number, y: number, look: Look): string {
  const box = `x="${px(x)}" y="${y}" width="${px(Math.max(1, end - x))}" height="${BAR}"`;
  const filled = `<rect ${box} fill="${look.fill}" stroke="#333333" stroke-width="1"/>`;
  return look.pattern === 'none' ? filled : `${filled}<rect ${box} fill="url(#${look.pattern})"/>`;
}

/** A light plate under the letters keeps them readable on a pattern. */
function onBar(label: string, at: { readonly x: number; readonly y: number; readonly look: Look }): string {
  if (label === '') return '';
  const { x, y, look } = at;
  const width = label.length * 7.6 + 6;
  const plate =
    look.pattern === 'none'
      ? ''
      : `<rect x="${px(x - width / 2)}" y="${y + 9}" width="${px(width)}" height="18" rx="3" fill="${look.fill}"/>`;
  return `${plate}<text x="${px(x)}" y="${y + 22}" font-size="11" text-anchor="middle" fill="${look.ink}">${escapeXml(label)}</text>`;
}

function caption(words: string, x: number, y: number): string {
  const shown = shorten(words, 110);
  const width = shown.length * 7.2 + 16;
  const plate = `<rect x="${px(x - width / 2)}" y="${y + 7}" width="${px(width)}" height="22" rx="3" fill="#FFFFFF"/>`;
  return `${plate}<text x="${px(x)}" y="${y + 22}" font-size="12" text-anchor="middle">${escapeXml(shown)}</text>`;
}

/** How long after the moment before, wherever there is room to write it. */
function axis(columns: readonly Column[], y: number): string {
  let free = LEFT;
  const marks = columns.map(({ at, x }, index) => {
    const before = columns[index - 1];
    const label = before === undefined ? clock(at) : `+${duration(at - before.at)}`;
    const width = label.length * 6.4;
    const tick = `<path d="M${px(x)} ${y - 8}v6" stroke="#777777"/>`;
    if (x - width / 2 < free || (before && at === before.at)) return tick;
    free = x + width / 2 + 6;
    return `${tick}<text x="${px(x)}" y="${y + 10}" font-size="10" text-anchor="middle" fill="#333333">${label}</text>`;
  });
  const now = `<text x="${END}" y="${y + 10}" font-size="10" text-anchor="end" fill="#333333">now</text>`;
  return [...marks, now].join('\n');
}

function legend(used: ReadonlySet<string>, top: number): string {
  const items = Object.entries(STATES).filter(([state]) => used.has(state));
  const each = 186;
  const perRow = Math.floor((WIDTH - 32) / each);
  return items
    .map(([state, { code }], index) => {
      const x = 16 + (index % perRow) * each;
      const y = top + Math.floor(index / perRow) * 18;
      const look = lookOf(state);
      const swatch = `<rect x="${x}" y="${y - 10}" width="14" height="12" fill="${look.fill}" stroke="#333333"/>`;
      const over =
        look.pattern === 'none'
          ? ''
          : `<rect x="${x}" y="${y - 10}" width="14" height="12" fill="url(#${look.pattern})"/>`;
      return `${swatch}${over}${text(`${code} ${state}`, { x: x + 18, y, size: 10 })}`;
    })
    .join('\n');
}

function spanOf(columns: readonly Column[]): string {
  const [first] = columns;
  const last = columns.at(-1);
  if (!first || !last) return 'No changes are remembered';
  return `${new Date(first.at).toISOString()} to ${new Date(last.at).toISOString()}, by the peers' clocks`;
}

function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}

export function duration(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 120_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

function px(value: number): string {
  return value.toFixed(1);
}
