import { type State, ticksIn } from '../../backends/distkv/state';
import { formatTicks, intersect, subtract, type TickSet, union } from '../../backends/distkv/ticks';
import type { Part } from '../view';
import { type Answer, statesOf } from './ask';
import { nodeNames } from './differences';
import { counter, named, namedTicks, next, shortTicks } from './show';

/** One thing that is wrong, what shows it, and what to type next. */
export interface Problem {
  readonly grave: boolean;
  readonly what: string;
  readonly evidence: string;
  readonly next?: Part;
}

/** Characters of ticks in a suggested command. */
const LONGEST_TYPED = 500;

/** Everything that can be told from one reading of all servers, the gravest first. */
export function problemsIn(answers: readonly Answer[]): readonly Problem[] {
  const states = statesOf(answers);
  const problems = [
    ...silentServers(answers, states),
    ...missingTicks(answers, states),
    ...fallenTocks(states),
    ...sameNames(states),
    ...nodesBehind(states),
    ...marksBeyond(states),
    ...neverHeardOf(answers, states),
    ...nonsense(states),
  ];
  return problems.sort((a, b) => Number(b.grave) - Number(a.grave));
}

/** A server that starts while it misses ticks does not open its port, so silence has two very different reasons. */
function silentServers(answers: readonly Answer[], states: readonly State[]): readonly Problem[] {
  const asking = states.flatMap((state) => ticksAsked(state).map((text) => `${state.node} knows of ${text}`));
  return answers.flatMap((answer) => {
    if (answer.kind === 'answered') return [];
    const waiting = asking.length > 0 && answer.why === 'connection refused';
    const what = waiting
      ? `${answer.server} does not answer, probably because it misses ticks: then it does not open its port when it starts`
      : `${answer.server} does not answer`;
    return [{ grave: true, what, evidence: [`${answer.why}`, ...(waiting ? asking : [])].join('; ') }];
  });
}

function ticksAsked(state: State): readonly string[] {
  const nodes = [...new Set([...state.ticks.missing.keys(), ...state.ticks.remote_missing.keys()])].sort();
  return nodes.map(
    (node) =>
      `missing ${namedTicks(union(ticksIn(state, 'missing', node), ticksIn(state, 'remote_missing', node)))} of ${node}`,
  );
}

/** The cure depends on who still has the record: a held tick comes back by itself, and marking it is wrong. */
function missingTicks(answers: readonly Answer[], states: readonly State[]): readonly Problem[] {
  return nodeNames(states).flatMap((node) => {
    const missing = states.reduce<TickSet>((all, state) => union(all, ticksIn(state, 'missing', node)), []);
    const held = intersect(
      missing,
      states.reduce<TickSet>((all, state) => union(all, ticksIn(state, 'present', node)), []),
    );
    const lost = subtract(missing, held);
    return [
      ...(held.length > 0 ? [heldElsewhere(states, node, held)] : []),
      ...(lost.length > 0 ? [heldNowhere(answers, states, { node, lost })] : []),
    ];
  });
}

function heldElsewhere(states: readonly State[], node: string, held: TickSet): Problem {
  const holders = states.filter((state) => intersect(held, ticksIn(state, 'present', node)).length > 0);
  const first = held[0]?.[0] ?? 0n;
  return {
    grave: true,
    what: `${namedTicks(held)} of ${node}: missing on one server and still held by another. Restore the link between them; the holder sends it again, and marking is not needed`,
    evidence: `missing on ${lackers(states, node, held)}; held by ${holders.map(named).join(', ')}`,
    next: next(['who', node, `${first}`], `Who holds ${first}`, 'shows the record and every server that holds it'),
  };
}

function heldNowhere(
  answers: readonly Answer[],
  states: readonly State[],
  { node, lost }: { node: string; lost: TickSet },
): Problem {
  const silent = answers.length - states.length;
  const doubt = silent > 0 ? '. A silent server may hold it: look there first' : '';
  const lacking = states.filter((state) => intersect(lost, ticksIn(state, 'missing', node)).length > 0);
  const [asked] = lacking;
  const ticks = asked ? intersect(lost, ticksIn(asked, 'missing', node)) : lost;
  const server = asked && asked.server !== answers[0]?.server ? ['--server', asked.server] : [];
  return {
    grave: true,
    what: `${namedTicks(lost)} of ${node}: missing, and no server that answers holds it${doubt}`,
    evidence: `missing on ${lackers(states, node, lost)}`,
    next: next(
      ['mark', node, ...typedTicks(ticks), '--broadcast', ...server],
      `Mark ${namedTicks(ticks)} of ${node}`,
      'shows what marking would do and asks for approval',
    ),
  };
}

/** A command that nobody could type is cut down to its short form: everything of the node that is missing. */
function typedTicks(ticks: TickSet): readonly string[] {
  const text = formatTicks(ticks);
  return text.length > LONGEST_TYPED ? [] : [text];
}

function lackers(states: readonly State[], node: string, ticks: TickSet): string {
  return states
    .filter((state) => intersect(ticks, ticksIn(state, 'missing', node)).length > 0)
    .map(named)
    .join(', ');
}

function fallenTocks(states: readonly State[]): readonly Problem[] {
  return states.flatMap((state) => {
    const { earlier } = state;
    if (!earlier) return [];
    if (earlier.node !== state.node) {
      return [
        {
          grave: true,
          what: `${state.server} is another server than before`,
          evidence: `it was ${earlier.node} and is ${state.node}`,
        },
      ];
    }
    if (state.tock > earlier.tock) return [];
    const evidence = `its tock was ${earlier.tock} and is ${state.tock}`;
    return [
      {
        grave: true,
        what: `${named(state)} went back in time: it was restarted with old data, or without any`,
        evidence,
      },
    ];
  });
}

function sameNames(states: readonly State[]): readonly Problem[] {
  return states.flatMap((state, i) => {
    const twin = states.slice(0, i).find((other) => other.node === state.node);
    if (!twin) return [];
    return [
      {
        grave: true,
        what: `Two addresses answer as ${state.node}; every server needs a name of its own`,
        evidence: `${twin.server}, ${state.server}`,
      },
    ];
  });
}

function nodesBehind(states: readonly State[]): readonly Problem[] {
  return nodeNames(states).flatMap((node) => {
    const at = (state: State) => state.nodes.get(node) ?? 0n;
    const behind = states.filter((state) => states.some((other) => at(other) > at(state)));
    if (behind.length === 0) return [];
    const evidence = states.map((state) => `${counter(state.nodes.get(node))} on ${state.node}`).join(', ');
    return [{ grave: false, what: `${behind.map(named).join(', ')} is behind on ${node}`, evidence }];
  });
}

/** Marks above a counter: somebody marked ticks that do not exist yet. If such an update is lost, nobody will notice. */
function marksBeyond(states: readonly State[]): readonly Problem[] {
  return states.flatMap((state) =>
    nodeNames([state]).flatMap((node) => {
      const last = state.nodes.get(node) ?? 0n;
      const beyond = subtract(union(ticksIn(state, 'superseded', node), ticksIn(state, 'deleted', node)), [
        [1n, last + 1n],
      ]);
      if (beyond.length === 0) return [];
      const phantom = state.nodes.get(node) === null ? `; ${node} may be a typing error that a mark created` : '';
      return [
        {
          grave: false,
          what: `On ${named(state)} ticks of ${node} are marked that do not exist yet${phantom}`,
          evidence: `counter ${counter(state.nodes.get(node))}; marked ${shortTicks(beyond)}`,
        },
      ];
    }),
  );
}

/** Without a tick a name is either a server that never wrote, or no server at all. */
function neverHeardOf(answers: readonly Answer[], states: readonly State[]): readonly Problem[] {
  const names = new Set(states.map((state) => state.node));
  const guess =
    answers.length > states.length
      ? 'is a silent server that never wrote, or a phantom'
      : 'may be a phantom: no configured server has this name';
  return nodeNames(states).flatMap((node) => {
    if (names.has(node) || states.some((state) => (state.nodes.get(node) ?? null) !== null)) return [];
    const evidence = `known on ${states
      .filter((state) => state.nodes.has(node))
      .map(named)
      .join(', ')}, and no change of it is known`;
    return [{ grave: false, what: `${node} ${guess}`, evidence }];
  });
}

function nonsense(states: readonly State[]): readonly Problem[] {
  return states.flatMap((state) => {
    const [first] = state.oddities;
    if (first === undefined) return [];
    return [
      {
        grave: false,
        what: `${named(state)} stores things that are no ticks`,
        evidence: `${first}; ${state.oddities.length} in all`,
      },
    ];
  });
}
