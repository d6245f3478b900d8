import type { Openio, Service } from '../../backends/openio/openio';
import { defineQuery, type Query } from '../operation';
import { parseFlags, shorten } from '../words';
import { namespaceField } from './fields';

interface Args {
  readonly type: string;
  readonly namespace: string;
}

interface Found extends Args {
  readonly services: readonly Service[];
}

/** What the conscience knows of the services of one type. A service that hangs keeps its score for a while. */
export function openioClusterList(openio: Openio): Query {
  return defineQuery<Args, Found>({
    name: 'openio cluster list',
    usage: 'TYPE [--ns NAMESPACE]',
    summary: 'Lists the services of a type with score, location and volume.',
    examples: ['openio cluster list meta2', 'openio cluster list rawx'],
    form: [
      {
        id: 'type',
        label: 'Type of service',
        hint: 'meta0, meta1, meta2, rawx, …',
        input: { kind: 'text' },
        as: { kind: 'word' },
      },
      namespaceField(),
    ],
    parse: (words) => {
      const flags = parseFlags(words, { ns: { type: 'string' } });
      if (!flags.ok) return flags;
      const [type, extra] = flags.args.positionals;
      if (type === undefined) return { ok: false, problem: 'the type is missing: meta0, meta1, meta2, rawx, …' };
      if (extra !== undefined) return { ok: false, problem: `one type at a time; "${shorten(extra)}" is too much` };
      const namespace = flags.args.values.ns ?? openio.namespace;
      if (!/^[\w.-]{1,64}$/.test(type)) return { ok: false, problem: `"${shorten(type)}" cannot be a service type` };
      if (!/^[\w.-]+$/.test(namespace)) return { ok: false, problem: `"${shorten(namespace)}" cannot be a namespace` };
      return { ok: true, args: { type, namespace } };
    },
    read: async (args, context) => ({ ...args, services: await openio.services(args.namespace, args.type, context) }),
    render: ({ type, namespace, services }) => {
      const down = services.filter(({ score, up }) => score === 0 || up === false).length;
      return {
        title: `${services.length} ${type} services in ${namespace}${down > 0 ? `, ${down} down or at score 0` : ''}`,
        tone: down > 0 ? 'warning' : 'neutral',
        parts: [
          {
            kind: 'table',
            name: `${type}.csv`,
            head: ['Type', 'Addr', 'Volume', 'Location', 'Up', 'Score', 'Locked'],
            rows: services.map((service) => rowOf(type, service)),
          },
        ],
      };
    },
  });
}

function rowOf(type: string, { address, volume, location, up, score, locks }: Service): readonly string[] {
  const running = up === null ? '-' : up ? 'True' : 'False';
  return [type, address, volume, location, running, String(score), locks.join(', ')];
}
