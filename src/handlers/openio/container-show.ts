import { NO_SUCH_CONTAINER, requestIdPrefix } from '../../backends/openio/calls';
import { containerLabel } from '../../backends/openio/naming';
import type { AdminTable, Container, Openio, Reading } from '../../backends/openio/openio';
import { defineQuery, type Query } from '../operation';
import type { Part, Text, View } from '../view';
import { containerForm } from './fields';
import { containerWords, ONE_CONTAINER, parseContainer } from './names';

interface Found {
  readonly container: Container;
  readonly reading: Reading;
  readonly requestIds: string;
}

/** One read of a container, from whichever peer the proxy asks. A damaged copy shows as missing fields or as a refusal. */
export function openioContainerShow(openio: Openio): Query {
  return defineQuery<Container, Found>({
    name: 'openio container show',
    usage: ONE_CONTAINER,
    summary: 'Shows the properties of a container.',
    examples: ['openio container show FVE0', 'openio container show "my files" --account myaccount'],
    form: containerForm(),
    parse: (words) => parseContainer(openio, words),
    read: async (container, context) => ({
      container,
      reading: await openio.containerTable(container, context),
      requestIds: requestIdPrefix(context.request),
    }),
    render: (found) => view(openio, found),
  });
}

function view(openio: Openio, { container, reading, requestIds }: Found): View {
  const words = containerWords(openio, container);
  const why = 'asks every peer for its own copy';
  const check: Part = { kind: 'next', label: 'Check', words: `openio container check ${words}`, why };
  const ids = ['request ids in the logs', `${requestIds}*`] as const;
  if (reading.kind === 'refused') {
    const { http, code, message } = reading.refusal;
    const facts = [['answer', `${message} (HTTP ${http}, code ${code})`], ids] as const;
    const title = `${containerLabel(container)}: ${REFUSED.get(code) ?? 'the servers said no'}`;
    const parts: readonly Part[] = [{ kind: 'facts', facts }, ...(code === 431 || http >= 500 ? [check] : [])];
    if (code === NO_SUCH_CONTAINER) return { title, tone: 'bad', parts: [...parts, SPELLING], absent: true };
    return { title, tone: 'bad', parts };
  }
  const missing = ['sys.m2.ctime', 'sys.m2.init'].filter((key) => reading.table.system[key] === undefined);
  const title =
    missing.length > 0
      ? `${containerLabel(container)}: this answer lacks ${missing.join(', ')}`
      : containerLabel(container);
  const damaged: readonly Part[] =
    missing.length > 0
      ? [{ kind: 'text', text: 'One peer may hold a damaged copy; another read may look complete.' }]
      : [];
  const facts = [...factsOf(reading.table), ids];
  return {
    title,
    tone: missing.length > 0 ? 'bad' : 'neutral',
    parts: [...damaged, { kind: 'facts', facts }, ...(missing.length > 0 ? [check] : [])],
  };
}

const SPELLING: Part = { kind: 'text', text: 'Look at the spelling of its name and of its account.' };

const REFUSED: ReadonlyMap<number, string> = new Map([
  [NO_SUCH_CONTAINER, 'there is no such container'],
  [431, 'the peer that answered has no usable copy, or the directory names no service'],
  [503, 'no peer can answer now'],
]);

/** In the order and with the words of the `openio` command line. */
function factsOf({ properties, system }: AdminTable): readonly (readonly [string, Text])[] {
  const named = FIELDS.map(([label, key, absent]) => [label, system[key] ?? absent] as const);
  const ctime = Math.floor(Number(system['sys.m2.ctime'] ?? Number.NaN) / 1_000);
  const created: Text = Number.isNaN(ctime) ? 'missing' : [`${Math.floor(ctime / 1_000)} (`, { at: ctime }, ')'];
  const own = Object.entries(properties).map(([key, value]) => [`meta.${key}`, value] as const);
  const status = system['sys.status'] ?? '';
  return [...named, ['ctime', created], ['status', STATUSES.get(status) ?? (status || 'missing')], ...own];
}

/** No object: the far side could say `constructor`. */
const STATUSES: ReadonlyMap<string, string> = new Map([
  ['0', 'enabled'],
  ['4294967295', 'frozen'],
  ['4294967294', 'disabled'],
]);

const FIELDS = [
  ['account', 'sys.account', 'missing'],
  ['container', 'sys.user.name', 'missing'],
  ['base_name', 'sys.name', 'missing'],
  ['peers', 'sys.peers', 'missing'],
  ['objects', 'sys.m2.objects', 'missing'],
  ['bytes_usage', 'sys.m2.usage', 'missing'],
  ['quota', 'sys.m2.quota', 'namespace default'],
  ['max_versions', 'sys.m2.policy.version', 'namespace default'],
  ['storage_policy', 'sys.m2.policy.storage', 'namespace default'],
] as const;
