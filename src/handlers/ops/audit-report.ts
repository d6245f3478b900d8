import type { AuditReport, ComparedPlace } from '../ledger';
import type { Part, View } from '../view';

/** How many characters of a hash are shown to people. */
const SHOWN = 12;
/** Anchors that agree are alike; so many of the newest are listed. */
const LISTED = 10;

/** What verifying found: the chain by itself, then what is kept of it elsewhere. */
export function showReport(report: AuditReport): View {
  const { kept, typed } = placesOf(report);
  const all = [...kept, ...typed].sort((one, other) => one.seq - other.seq);
  if (report.kind === 'broken') return showBroken(report, all);
  const wrong = all.find(({ says }) => says !== 'agrees');
  const parts: readonly Part[] = [
    ...(wrong ? [{ kind: 'text', text: `${rewritten(wrong, all)} ${KEEP_A_COPY}` } as const] : []),
    {
      kind: 'facts',
      facts: [
        ['Entries', String(report.entries)],
        ['Head', report.head],
        ['Anchors', anchorsInWords(report.anchors)],
        ...(typed.length > 0 ? [['Typed', inWords(typed)] as const] : []),
      ],
    },
    ...placeTable(all),
  ];
  if (wrong) return { title: titleOf(wrong), tone: 'bad', parts };
  const unsure = report.anchors.kind === 'unreadable';
  return { title: 'The audit trail is whole', tone: unsure ? 'warning' : 'good', parts };
}

const KEEP_A_COPY = 'Keep a copy of Redis as it is now and compare it with a backup before anything else.';

function placesOf({ anchors, typed }: AuditReport) {
  return { kept: anchors.kind === 'read' ? anchors.places : [], typed };
}

function showBroken(
  { at, why, anchors }: Extract<AuditReport, { kind: 'broken' }>,
  all: readonly ComparedPlace[],
): View {
  return {
    title: `The audit trail is broken at entry ${at}`,
    tone: 'bad',
    parts: [
      { kind: 'text', text: `${why}. Somebody or something changed the trail outside the bot.` },
      { kind: 'text', text: KEEP_A_COPY },
      { kind: 'facts', facts: [['Anchors', anchorsInWords(anchors)]] },
      ...placeTable(all),
    ],
  };
}

function titleOf({ says, seq }: ComparedPlace): string {
  return says === 'differs'
    ? `The audit trail was rewritten at or before entry ${seq}`
    : `The audit trail was cut: entry ${seq} is missing`;
}

/** The chain fits together, and yet it is another one than was seen: only a place kept elsewhere tells. */
function rewritten(wrong: ComparedPlace, all: readonly ComparedPlace[]): string {
  if (wrong.says === 'not reached') {
    return `Entry ${wrong.seq} was written once, and the trail ends before it. Somebody cut the trail, or Redis was set back.`;
  }
  const good = all.findLast(({ says, seq }) => says === 'agrees' && seq < wrong.seq)?.seq ?? 0;
  const where = good + 1 === wrong.seq ? `entry ${wrong.seq}` : `an entry from ${good + 1} to ${wrong.seq}`;
  return `Every link fits, but ${where} is not the one that was written: the trail was rewritten from there on.`;
}

function anchorsInWords(anchors: AuditReport['anchors']): string {
  if (anchors.kind === 'none')
    return 'none: without PALM’s etcd (v3) the head is kept in the feet of messages only; compare one with --head';
  if (anchors.kind === 'unreadable') return `not compared: ${anchors.where} did not answer (${anchors.why})`;
  if (anchors.places.length === 0) return `none yet in ${anchors.where}`;
  return `${inWords(anchors.places)} in ${anchors.where}, the newest at entry ${anchors.places.at(-1)?.seq ?? 0}`;
}

function inWords(places: readonly ComparedPlace[]): string {
  const count = (says: ComparedPlace['says']) => places.filter((place) => place.says === says).length;
  const told = (['agrees', 'differs', 'not reached'] as const).filter((says) => count(says) > 0);
  const words = { agrees: 'agree', differs: 'differ', 'not reached': 'not reached' };
  return told.map((says) => `${count(says)} ${words[says]}`).join(', ');
}

/** Those that disagree, and the newest that agree. */
function placeTable(all: readonly ComparedPlace[]): readonly Part[] {
  const shown = [
    ...all.filter(({ says }) => says === 'agrees').slice(-LISTED),
    ...all.filter(({ says }) => says !== 'agrees'),
  ];
  if (shown.length === 0) return [];
  const rows = shown
    .sort((one, other) => one.seq - other.seq)
    .map(({ seq, hash, says }) => [String(seq), hash.slice(0, SHOWN), says]);
  return [{ kind: 'table', name: 'anchors.csv', head: ['Entry', 'Kept elsewhere as', 'The trail'], rows }];
}
