import { z } from 'zod';
import { BackendFailure } from '../../backends/failure';
import type { CacheLevel, Openio } from '../../backends/openio/openio';
import type { Known } from '../form';
import {
  type Change,
  type Context,
  defineChange,
  type Finding,
  type Parsed,
  type Step,
  type Words,
} from '../operation';
import type { View } from '../view';
import { parseFlags, shorten } from '../words';
import { stepRows } from './writes';

const LEVELS = ['low', 'high'] as const satisfies readonly CacheLevel[];

const planShape = z.object({ level: z.enum(LEVELS), namespace: z.string(), proxies: z.array(z.string()) });
type Plan = z.output<typeof planShape>;

interface Asked {
  readonly level: CacheLevel;
  readonly proxies: readonly string[];
}

/** Makes proxies forget where bases are; they ask again at the next request. Each proxy has its own cache. */
export function openioCacheFlush(openio: Openio): Change {
  // The proxy's answer is the only proof: an emptied cache fills again at once. It is kept until it is asked for.
  const answered = new Set<string>();
  return defineChange<Asked, Plan>({
    name: 'openio cache flush',
    usage: 'low|high [--proxy HOST:PORT]…',
    summary: 'Empties the caches of every configured proxy.',
    examples: ['openio cache flush low', `openio cache flush high --proxy ${openio.proxies[0] ?? '127.0.0.1:6000'}`],
    form: [
      { id: 'level', label: 'Which cache', input: { kind: 'select', options: LEVELS }, as: { kind: 'word' } },
      {
        id: 'proxy',
        label: 'Only these proxies',
        hint: 'Left empty: all of them.',
        optional: true,
        input: { kind: 'known', known: proxiesOf(openio), many: true },
        as: { kind: 'option', flag: 'proxy', many: true },
      },
    ],
    schema: planShape,
    parse: (words) => parse(openio, words),
    danger: () => 'reversible',
    plan: async ({ level, proxies }) => ({
      kind: 'plan',
      plan: { level, namespace: openio.namespace, proxies: [...proxies] },
    }),
    targets: (plan) => plan.proxies.map((proxy) => ({ key: keyOf(plan, proxy), label: `cache of ${proxy}` })),
    preview,
    undo: () => 'Nothing needs undoing: caches fill again by themselves.',
    execute: (plan, context) => flush(openio, plan, { answered, context }),
    verify: async (plan, context) => plan.proxies.map((proxy) => findingOf(keyOf(plan, proxy), context, answered)),
    render: ({ level, proxies }, steps) => {
      const done = steps.filter(({ status }) => status === 'done').length;
      return {
        title: `The ${level} cache of ${done} of ${proxies.length} proxies was emptied`,
        tone: done === proxies.length ? 'good' : 'warning',
        parts: [{ kind: 'table', name: 'steps.csv', head: ['Step', 'What happened'], rows: stepRows(steps) }],
      };
    },
  });
}

function proxiesOf({ proxies }: Openio): Known {
  return { kind: 'OpenIO proxy', list: async () => proxies.map((value) => ({ value })) };
}

function parse(openio: Openio, words: Words): Parsed<Asked> {
  const flags = parseFlags(words, { proxy: { type: 'string', multiple: true } });
  if (!flags.ok) return flags;
  const [word, extra] = flags.args.positionals;
  const level = LEVELS.find((each) => each === word);
  if (!level || extra !== undefined)
    return { ok: false, problem: 'say which cache: low (services) or high (directory)' };
  const proxies = [...new Set(flags.args.values.proxy ?? openio.proxies)];
  const unknown = proxies.find((proxy) => !openio.proxies.includes(proxy));
  if (unknown === undefined) return { ok: true, args: { level, proxies } };
  return {
    ok: false,
    problem: `${shorten(unknown)} is not a configured proxy; known: ${openio.proxies.join(', ')}`,
  };
}

function keyOf({ namespace }: Plan, proxy: string): string {
  return `openio/${namespace}/cache/${proxy}`;
}

function preview({ level, proxies }: Plan): View {
  const cost = 'Nothing is lost: the next requests look the services up again.';
  return {
    title: `Empty the ${level} cache of ${proxies.length === 1 ? 'one proxy' : `${proxies.length} proxies`}`,
    tone: 'neutral',
    parts: [
      { kind: 'facts', facts: [['proxies', proxies.join(', ')]] },
      { kind: 'text', text: cost },
    ],
  };
}

function findingOf(target: string, context: Context, answered: Set<string>): Finding {
  if (answered.delete(`${context.request} ${target}`)) {
    return { target, verdict: 'confirmed', text: 'the proxy says that it is done' };
  }
  return { target, verdict: 'unverifiable', text: 'a cache fills again at once, so nothing can be read back' };
}

interface Flushing {
  readonly answered: Set<string>;
  readonly context: Context;
}

async function* flush(
  openio: Openio,
  plan: Plan,
  { answered, context }: Flushing,
): AsyncGenerator<Step, void, undefined> {
  for (const proxy of plan.proxies) {
    const target = keyOf(plan, proxy);
    try {
      await openio.flush(proxy, plan.level, context);
      answered.add(`${context.request} ${target}`);
      yield { target, status: 'done', text: `${proxy}: ${plan.level} cache emptied` };
    } catch (error) {
      if (!(error instanceof BackendFailure)) throw error;
      yield { target, status: error.effect === 'none' ? 'failed' : 'unknown', text: `${proxy}: ${error.message}` };
    }
  }
}
