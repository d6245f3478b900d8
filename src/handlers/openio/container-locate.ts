import { requestIdPrefix } from '../../backends/openio/calls';
import { cidOfContainer, containerLabel } from '../../backends/openio/naming';
import type { Container, Openio, Reference, Service } from '../../backends/openio/openio';
import { defineQuery, type Query } from '../operation';
import type { Part } from '../view';
import { containerForm } from './fields';
import { containerWords, ONE_CONTAINER, parseContainer } from './names';

interface Found {
  readonly container: Container;
  readonly reference: Reference;
  readonly services: readonly Service[];
  readonly requestIds: string;
}

/** Which services a container lives on, with what the conscience says of them. */
export function openioContainerLocate(openio: Openio): Query {
  return defineQuery<Container, Found>({
    name: 'openio container locate',
    usage: ONE_CONTAINER,
    summary: 'Shows on which services a container lives: meta0, meta1 and meta2.',
    examples: ['openio container locate FVE0'],
    form: containerForm(),
    parse: (words) => parseContainer(openio, words),
    read: async (container, context) => {
      const [reference, services] = await Promise.all([
        openio.reference(container, context),
        openio.services(container.namespace, 'meta2', context),
      ]);
      return { container, reference, services, requestIds: requestIdPrefix(context.request) };
    },
    render: ({ container, reference, services, requestIds }) => ({
      title: `${containerLabel(container)} lives on ${hosts(reference, 'meta2').join(', ') || 'no meta2 service'}`,
      tone: reference.services.length === 0 ? 'bad' : 'neutral',
      parts: [
        {
          kind: 'facts',
          facts: [
            ['base_name', `${reference.cid ?? cidOfContainer(container)}.1`],
            ['meta0', hosts(reference, 'meta0').join(', ')],
            ['meta1', hosts(reference, 'meta1').join(', ')],
            ['request ids in the logs', `${requestIds}*`],
          ],
        },
        table(reference, services),
        {
          kind: 'next',
          label: 'Status',
          words: `openio election status meta2 ${containerWords(openio, container)}`,
          why: 'shows which of them is master',
        },
      ],
    }),
  });
}

function hosts({ directory, services }: Reference, type: string): readonly string[] {
  return [...directory, ...services].filter((each) => each.type === type).map(({ host }) => host);
}

function table(reference: Reference, services: readonly Service[]): Part {
  const rows = reference.services.map(({ host, seq }) => {
    const known = services.find(({ address }) => address === host);
    if (!known) return [host, String(seq), 'not in the conscience', '-', '-', '-'];
    const up = known.up === null ? '-' : known.up ? 'yes' : 'no';
    return [host, String(seq), up, String(known.score), known.location, known.volume];
  });
  return { kind: 'table', name: 'locations.csv', head: ['meta2', 'Seq', 'Up', 'Score', 'Location', 'Volume'], rows };
}
