import type { Danger } from '../../handlers/operation';
import type { Facts, RuleInWords } from '../../handlers/rulebook';
import type { Piece, Text } from '../../handlers/view';
import type { Calendar } from './calendar';
import { isGroup } from './people';
import type { Floors, Match, Rule, Rules, Ruling, Who } from './rules';

/** Rules as people read them. Pure. */

export function rulesInWords(rules: Rules, secondFactor: boolean): readonly RuleInWords[] {
  const facts = [...usualFacts(rules), ...(secondFactor ? [CODE] : [])];
  return [{ name: 'Everything', facts }, ...rules.rules.map(ruleInWords)];
}

/** Where there is a second factor. */
export const CODE = ['One-time code', 'for each approval of what cannot be undone'] as const;

function usualFacts({ approvers, channels, needs, stricter, expiresAfterMs }: Rules): Facts {
  const more = Object.entries(stricter).map(([operation, count]) => [operation, approvals(count)] as const);
  return [
    ['May approve', peopleText(approvers)],
    ['Changes may be asked in', channels.length === 0 ? 'any channel' : channelsText(channels)],
    ['What can be undone needs', approvals(needs.reversible)],
    ['What cannot be undone needs', approvals(needs.irreversible)],
    ...more,
    ['Expires after', minutes(expiresAfterMs)],
  ];
}

function ruleInWords(rule: Rule): RuleInWords {
  const { name, match, ask, approve, needs, fromGroups, expiresAfterMs, channels, frozen, breakGlass, floors } = rule;
  const facts: (readonly [string, Text])[] = [['For', matchText(match)]];
  if (ask) facts.push(['May ask', peopleText(ask)]);
  if (channels) facts.push(['May be asked in', channelsText(channels)]);
  if (approve) facts.push(['May approve', peopleText(approve)]);
  if (needs !== undefined) facts.push(['Needs', approvals(needs)]);
  if (fromGroups !== undefined) facts.push(['From', `${fromGroups} of these groups`]);
  if (expiresAfterMs !== undefined) facts.push(['Expires after', minutes(expiresAfterMs)]);
  if (frozen) facts.push(['Frozen', calendarText(frozen)]);
  if (breakGlass) facts.push(['May break the glass', peopleText(breakGlass)]);
  if (floors) facts.push(['Floor', floorText(floors)]);
  return { name, facts };
}

function matchText({ system, operation, kind, cluster, channel, danger }: Match): Text {
  const parts: Piece[][] = [];
  if (operation) parts.push([operation.join(' or ')]);
  else if (system) parts.push([system.join(' or ')]);
  if (kind) parts.push([kind === 'query' ? 'queries' : 'changes']);
  if (danger) parts.push([DANGERS[danger]]);
  if (cluster) parts.push([`on ${cluster.join(' or ')}`]);
  if (channel) parts.push(['in ', ...channelPieces(channel)]);
  return parts.length === 0 ? 'everything' : parts.flatMap((part, at) => (at === 0 ? part : [', ', ...part]));
}

const DANGERS: Readonly<Record<Danger, string>> = {
  reversible: 'what can be undone',
  irreversible: 'what cannot be undone',
};

/** What rules say together about one operation, and which of them. */
export function rulingFacts(ruling: Ruling, kind: 'query' | 'change'): Facts {
  const { ask, channels, approve, needs, fromGroups, expiresAfterMs, freezes, floors, applied } = ruling;
  const asking = ['May ask', ask.length === 0 ? 'anybody' : allOf(ask.map(({ who }) => who))] as const;
  const by = [
    'By',
    applied.length === 0 ? 'the usual rules' : applied.map(({ name }) => `“${name}”`).join(', '),
  ] as const;
  if (kind === 'query') return [asking, by];
  return [
    asking,
    ['May be asked in', channels === null ? 'any channel' : channelsText(channels)],
    ['May approve', allOf(approve)],
    ['Needs', approvals(needs)],
    ...fromGroups.map(({ groups, least }) => ['From', [`at least ${least} of `, ...peoplePieces(groups)]] as const),
    ['Expires after', minutes(expiresAfterMs)],
    ...freezes.map(({ rule, calendar }) => ['Frozen', `${calendarText(calendar)} (“${rule}”)`] as const),
    ...freezes.map(
      ({ rule, breakGlass }) => ['May break the glass', [...pieces(peopleText(breakGlass)), ` (“${rule}”)`]] as const,
    ),
    ...floors.map((floor) => ['Floor', `${floorText(floor)} (“${floor.rule}”)`] as const),
    by,
  ];
}

/** The same label twice with another value: said for each danger. */
export function byDanger(reversible: Facts, irreversible: Facts): Facts {
  const same = JSON.stringify(reversible) === JSON.stringify(irreversible);
  if (same) return reversible;
  const labels = [...new Set([...reversible, ...irreversible].map(([label]) => label))];
  return labels.flatMap((label) => {
    const [one, other] = [reversible, irreversible].map((facts) => facts.filter(([name]) => name === label));
    if (JSON.stringify(one) === JSON.stringify(other)) return one ?? [];
    return [
      ...(one ?? []).map(([, value]) => [`${label}, if it can be undone`, value] as const),
      ...(other ?? []).map(([, value]) => [`${label}, if it cannot be undone`, value] as const),
    ];
  });
}

function allOf(lists: readonly Who[]): Text {
  return lists.flatMap((who, at) =>
    at === 0 ? pieces(peopleText(who)) : ['; of these only ', ...pieces(peopleText(who))],
  );
}

function peopleText(who: Who): Text {
  return who.length === 0 ? 'nobody' : peoplePieces(who);
}

function peoplePieces(who: Who): readonly Piece[] {
  return who.flatMap((user, at): Piece[] => [
    ...(at === 0 ? [] : [', ']),
    { user },
    ...(isGroup(user) ? [' (group)'] : []),
  ]);
}

function channelsText(channels: readonly string[]): Text {
  return channels.length === 0 ? 'no channel' : channelPieces(channels);
}

function channelPieces(channels: readonly string[]): Piece[] {
  return channels.flatMap((channel, at): Piece[] => (at === 0 ? [{ channel }] : [', ', { channel }]));
}

function approvals(count: number): string {
  return count === 1 ? '1 approval' : `${count} approvals`;
}

function minutes(ms: number): string {
  return `${Math.round(ms / 6_000) / 10} min`;
}

function calendarText({ zone, windows }: Calendar): string {
  return `${windows.map(({ text }) => text).join('; ')} (${zone})`;
}

function floorText({ left, atOnce }: Floors): string {
  const texts = [
    ...(left === undefined ? [] : [`at least ${left} registered PALM servers are left`]),
    ...(atOnce === undefined ? [] : [`at most ${atOnce} are taken away at once`]),
  ];
  return texts.join('; ');
}

function pieces(text: Text): readonly Piece[] {
  return typeof text === 'string' ? [text] : text;
}
