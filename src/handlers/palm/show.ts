import type { Entry, Palm } from '../../backends/palm/palm';
import { defineQuery, type Parsed, type Query, type Words } from '../operation';
import type { Part, View } from '../view';
import { serversKnown } from './fields';
import { utf8 } from './record';
import { type Match, parseUuids, type Survey, select, survey } from './selection';
import { cell, followersText, recordFacts, whyEmpty } from './text';

const USAGE = 'palm show UUID';

interface Found {
  readonly prefix: string;
  readonly source: string;
  readonly survey: Survey;
  /** Why there is nothing at all, when there is nothing at all. */
  readonly empty: string | null;
}

export function palmShow(palm: Palm): Query {
  return defineQuery<string, Found>({
    name: 'palm show',
    usage: 'UUID',
    summary: 'One server: its record field by field, its revision, and who calls it leader.',
    examples: ['palm show e5cd88f7-0f5c-4278-bcc9-fa8caefadbb4', 'palm show e5cd88f7'],
    form: [
      {
        id: 'uuid',
        label: 'Server',
        hint: 'Its uuid, or the first characters of it.',
        input: { kind: 'known', known: serversKnown(palm) },
        as: { kind: 'word' },
      },
    ],
    parse,
    read: async (prefix, { signal }) => {
      const found = await survey(palm, [prefix], signal);
      const empty = found.total === 0 ? await whyEmpty(palm, signal) : null;
      return { prefix, source: `${palm.hosts} (${palm.api})`, survey: found, empty };
    },
    render,
  });
}

function parse(words: Words): Parsed<string> {
  const uuids = parseUuids(words, { most: 1, usage: USAGE });
  if (!uuids.ok) return uuids;
  const [uuid] = uuids.args;
  return uuid === undefined ? { ok: false, problem: `a uuid is needed: ${USAGE}` } : { ok: true, args: uuid };
}

function render(found: Found): View {
  if (found.empty !== null) {
    return { title: 'No PALM servers', tone: 'warning', parts: [{ kind: 'text', text: found.empty }] };
  }
  const selected = select(found.survey, found.prefix);
  return selected.kind === 'one' ? viewOf(selected.match, found) : selected.view;
}

function viewOf({ entry, row }: Match, { source, survey }: Found): View {
  const stored = storedForm(entry);
  const kept: readonly (readonly [string, string])[] = [
    ['Key', `/servers/${cell(entry.id)}`],
    ['Revision', entry.revision],
    ['etcd', source],
  ];
  if (!row.ok) {
    const text = `This row cannot be read as a server: ${row.reason}. It cannot be purged by name.`;
    return {
      title: `Unreadable row ${cell(entry.id)}`,
      tone: 'warning',
      parts: [{ kind: 'text', text }, { kind: 'facts', facts: kept }, ...stored],
    };
  }
  const { server } = row;
  const followers = survey.followers.get(server.uuid) ?? [];
  const orphan = !survey.names.has(server.leader);
  const parts: Part[] = [
    { kind: 'facts', facts: [...recordFacts(server), ['Called leader by', followersText(followers)], ...kept] },
  ];
  if (orphan)
    parts.push({ kind: 'text', text: `Its leader ${server.leader} is not registered: this server is an orphan.` });
  parts.push(...stored, {
    kind: 'next',
    label: 'Purge',
    words: `palm purge ${server.uuid}`,
    why: 'asks for its record to be deleted',
  });
  return { title: `PALM server ${cell(server.server)}`, tone: orphan ? 'warning' : 'neutral', parts };
}

/** Its exact text; in base64 when it is none. */
function storedForm({ id, bytes }: Entry): readonly Part[] {
  if (bytes.length === 0) return [];
  const text = utf8(bytes);
  if (text === null) return [{ kind: 'raw', name: `${fileName(id)}.base64`, text: bytes.toString('base64') }];
  return [{ kind: 'raw', name: `${fileName(id)}.json`, text }];
}

function fileName(id: string): string {
  return /^[0-9a-f-]{1,36}$/.test(id) ? id : 'record';
}
