import { brokenRules, tooLong } from './support/layers';
import { moduleOf, modulesIn } from './support/modules';

test('src/ keeps its layers: downwards only, never sideways, no cycles, no file that is two', () => {
  const modules = modulesIn('src');
  expect(modules.length).toBeGreaterThan(50);
  expect(brokenRules(modules)).toEqual([]);
});

test('sandbox/ has no file that is two, and imports no tests', () => {
  const modules = modulesIn('sandbox');
  expect(tooLong(modules)).toEqual([]);
  expect(modules.filter(({ imports }) => imports.some((path) => path.startsWith('test/')))).toEqual([]);
});

/** Each breaks one rule; beside it, what is said. */
const broken: readonly (readonly [what: string, files: Readonly<Record<string, string>>, said: RegExp])[] = [
  ['an arrow that points up', { 'src/jobs/a.ts': "import { b } from '../bot/b';" }, /src\/jobs\/a imports src\/bot\/b/],
  ['an import for a type only', { 'src/backends/a.ts': "import type { B } from '../jobs/b';" }, /points up/],
  ['an import over several lines', { 'src/backends/a.ts': "import {\n  b,\n} from '../jobs/b';" }, /points up/],
  ['an import on demand', { 'src/backends/a.ts': "const b = await import('../jobs/b');" }, /points up/],
  ['an import for its effect', { 'src/backends/a.ts': "import '../jobs/b';" }, /points up/],
  ['an export from above', { 'src/backends/a.ts': "export * from '../jobs/b';" }, /points up/],
  ['the sandbox in src/', { 'src/bot/a.ts': "import { b } from '../../sandbox/b';" }, /stands alone/],
  ['a test in src/', { 'src/bot/a.ts': "import { b } from '../../test/support/b';" }, /stands alone/],
  ['a file outside the layers', { 'src/bot/a.ts': "import { b } from '../b';" }, /points up/],
  [
    'an operation that imports another',
    {
      'src/handlers/palm/a.ts': "import { b } from './b';",
      'src/handlers/palm/b.ts': "import { defineQuery } from '../operation';\nexport const b = defineQuery({});",
    },
    /palm\/a imports src\/handlers\/palm\/b: only the catalogue/,
  ],
  ['two backends', { 'src/backends/palm/a.ts': "import { b } from '../distkv/b';" }, /do not know each other/],
  [
    'a backend in what is shared',
    { 'src/backends/http.ts': "import { b } from './distkv/b';" },
    /do not know each other/,
  ],
  ['Slack outside bot', { 'src/jobs/a.ts': "import type { B } from '@slack/types';" }, /@slack\/types: only bot may/],
  ['Redis outside jobs', { 'src/bot/a.ts': "import { Redis } from 'ioredis';" }, /ioredis: only jobs may/],
  ['BullMQ outside jobs', { 'src/handlers/a.ts': "import { Queue } from 'bullmq/x';" }, /bullmq: only jobs may/],
  ['etcd outside backends', { 'src/handlers/a.ts': "import { Etcd3 } from 'etcd3';" }, /etcd3: only backends may/],
  [
    'the environment outside config',
    { 'src/bot/a.ts': 'const port = process.env.PORT;' },
    /only src\/bot\/config\/config may/,
  ],
  [
    'a cycle',
    {
      'src/jobs/a.ts': "import { b } from './b';",
      'src/jobs/b.ts': "import { c } from './c';",
      'src/jobs/c.ts': "import { a } from './a';",
    },
    /a → src\/jobs\/b → src\/jobs\/c → src\/jobs\/a/,
  ],
  ['a file that is two', { 'src/jobs/a.ts': 'x;\n'.repeat(301) }, /has 301 lines/],
];

test.each(broken)('%s is found', (_what, files, said) => {
  const modules = Object.entries(files).map(([file, text]) => moduleOf(file, text));
  expect(brokenRules(modules)).toEqual([expect.stringMatching(said)]);
});

test('what is allowed is not found', () => {
  const files = {
    'src/bot/a.ts':
      "import { b } from '../jobs/b';\nimport { c } from '../backends/c';\nimport { App } from '@slack/bolt';",
    'src/handlers/index.ts': "import { b } from './palm/b';",
    'src/handlers/palm/b.ts': "import { defineQuery } from '../operation';\nexport const b = defineQuery({});",
    'src/backends/palm/a.ts': "import { send } from '../http';\nimport { b } from './b';\n// see process.environment",
    'src/backends/http.ts': "import { request } from 'undici';\nimport { f } from './failure';",
    'src/jobs/c.ts': 'x;\n'.repeat(300),
  };
  expect(brokenRules(Object.entries(files).map(([file, text]) => moduleOf(file, text)))).toEqual([]);
});
