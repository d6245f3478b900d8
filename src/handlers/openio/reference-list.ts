import { requestIdPrefix } from '../../backends/openio/calls';
import { containerLabel } from '../../backends/openio/naming';
import type { Container, Openio, Reference } from '../../backends/openio/openio';
import { defineQuery, type Query } from '../operation';
import { containerForm } from './fields';
import { ONE_CONTAINER, parseContainer } from './names';

interface Found {
  readonly container: Container;
  readonly reference: Reference;
  readonly requestIds: string;
}

/** The services that the directory links to a container. */
export function openioReferenceList(openio: Openio): Query {
  return defineQuery<Container, Found>({
    name: 'openio reference list',
    usage: ONE_CONTAINER,
    summary: 'Lists the services that the directory links to a container.',
    examples: ['openio reference list cnt2'],
    form: containerForm(),
    parse: (words) => parseContainer(openio, words),
    read: async (container, context) => ({
      container,
      reference: await openio.reference(container, context),
      requestIds: requestIdPrefix(context.request),
    }),
    render: ({ container, reference: { services }, requestIds }) => ({
      title:
        services.length === 0
          ? `${containerLabel(container)} is linked to no service`
          : `${containerLabel(container)} is linked to ${services.length} services`,
      tone: services.length === 0 ? 'bad' : 'neutral',
      parts: [
        {
          kind: 'table',
          name: 'reference.csv',
          head: ['Type', 'Host', 'Args', 'Seq'],
          rows: services.map(({ type, host, args, seq }) => [type, host, args, String(seq)]),
        },
        { kind: 'facts', facts: [['request ids in the logs', `${requestIds}*`]] },
      ],
    }),
  });
}
