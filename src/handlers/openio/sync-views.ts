import { z } from 'zod';
import { baseName } from '../../backends/openio/naming';
import type { Base, Openio } from '../../backends/openio/openio';
import type { Finding, Planned, Step } from '../operation';
import type { Part, View } from '../view';
import { type Copies, differences, good, isHealthy, listed } from './copies';
import { baseWords } from './names';
import type { Judgement } from './sync-judgement';
import { baseShape, labelOf, stepRows } from './writes';

export const planShape = z.object({
  base: baseShape,
  /** The source: its copy goes over the others. */
  master: z.string(),
  peers: z.array(z.string()),
  destinations: z.array(z.string()),
  /** `each`: only the destinations are asked. `all`: these servers overwrite every slave. */
  how: z.enum(['each', 'all']),
  because: z.array(z.string()),
  /** What was seen of the copies: the counters that clients move are not part of a digest. */
  copies: z.array(z.object({ peer: z.string(), digest: z.string(), state: z.string() })),
});
export type Plan = z.output<typeof planShape>;

/** What a plan keeps of the copies, in an order that does not depend on chance. */
export function states({ copies }: Copies): Plan['copies'] {
  const best = good({ kind: 'by peer', copies });
  return copies
    .map((copy) => {
      const wrong = best ? listed(differences(copy, best)) : listed(copy.faults);
      const state = copy.table === null ? 'cannot be read' : wrong || (isHealthy(copy) ? 'complete' : 'incomplete');
      return { peer: copy.peer ?? 'one of the peers', digest: copy.digest ?? '-', state };
    })
    .toSorted((a, b) => (`${a.peer} ${a.digest}` < `${b.peer} ${b.digest}` ? -1 : 1));
}

function copiesTable(copies: Plan['copies'], master: string | null): Part {
  const rows = copies.map(({ peer, digest, state }) => [peer, peer === master ? 'MASTER' : '', digest, state]);
  return { kind: 'table', name: 'copies.csv', head: ['Copy of', 'Role', 'Digest', 'State'], rows };
}

interface Seen {
  readonly copies: Copies;
  readonly master: string;
}

export function refuse(
  openio: Openio,
  base: Base,
  refused: Judgement & { kind: 'refused' },
  seen: Seen | null,
): Planned<Plan> {
  const cure = cureOf(baseWords(openio, base), refused.cure, seen?.master ?? null);
  const why = `Nothing was synced: ${refused.why}. ${cure.sentence}`;
  const table = seen ? [copiesTable(states(seen.copies), seen.master)] : [];
  const view: View = {
    title: `No sync of ${labelOf(base)}`,
    tone: 'bad',
    parts: [{ kind: 'text', text: why }, ...table, cure.part],
  };
  return { kind: 'refused', why, view };
}

function cureOf(
  words: string,
  cure: 'leave' | 'diagnose' | 'name the damaged peer',
  master: string | null,
): { readonly sentence: string; readonly part: Part } {
  if (cure === 'leave' && master !== null) {
    const command = `openio election leave ${words} --service-id ${master}`;
    const why = 'another peer becomes master; then plan the sync again';
    return {
      sentence: `Let ${master} leave until a good peer is master, then ask for the sync again.`,
      part: { kind: 'next', label: 'Leave', words: command, why },
    };
  }
  const diagnose = `openio election diagnose ${words}`;
  const sentence =
    cure === 'name the damaged peer'
      ? 'Find out which peer it is on its host (its log, or sqlite3 on the file), then add --damaged ADDR; if it is the master, let it leave first.'
      : 'Find out more with diagnose.';
  return { sentence, part: { kind: 'next', label: 'Diagnose', words: diagnose, why: 'shows what else is wrong' } };
}

export function nothing(base: Base, copies: Copies): View {
  return { title: `The copies of ${labelOf(base)} agree`, tone: 'good', parts: [copiesTable(states(copies), null)] };
}

export function preview({ base, master, destinations, how, because, copies }: Plan): View {
  const blind: readonly Part[] =
    how === 'each'
      ? []
      : [
          {
            kind: 'text',
            text: 'These servers overwrite every slave, and do not tell which peer holds which copy. If the master holds the damaged one, the good copies are lost. Approve only if you know that it does not.',
          },
        ];
  return {
    title: `Copy ${master} over ${destinations.join(', ')}`,
    tone: 'warning',
    parts: [
      {
        kind: 'facts',
        facts: [
          ['base', `${baseName(base)} (${labelOf(base)})`],
          ['source', `${master} (master)`],
          ['overwritten', destinations.join(', ')],
          ['because', because.join('; ')],
        ],
      },
      copiesTable(copies, master),
      ...blind,
      { kind: 'text', text: 'What the overwritten copies hold now is lost. It cannot be undone.' },
    ],
  };
}

interface Done {
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
}

export function render(openio: Openio, { base, master }: Plan, { steps, findings }: Done): View {
  const words = baseWords(openio, base);
  const confirmed = findings.length > 0 && findings.every(({ verdict }) => verdict === 'confirmed');
  const next: Part = {
    kind: 'next',
    label: 'Check',
    words: checkWords(base, words),
    why: 'compares the copies once more',
  };
  return {
    title: confirmed ? `The copies of ${labelOf(base)} agree again` : `The sync of ${labelOf(base)} is not confirmed`,
    tone: confirmed ? 'good' : findings.some(({ verdict }) => verdict === 'contradicted') ? 'bad' : 'warning',
    parts: [
      { kind: 'facts', facts: [['source', master], ...findings.map(({ text }) => ['read back', text] as const)] },
      { kind: 'table', name: 'steps.csv', head: ['Step', 'What the peer said'], rows: stepRows(steps) },
      ...(confirmed ? [] : [next]),
    ],
  };
}

function checkWords(base: Base, words: string): string {
  return base.type === 'meta2'
    ? `openio container check ${words.replace(/^meta2 /, '')}`
    : `openio election diagnose ${words}`;
}
