import fc from 'fast-check';
import { readArguments } from '../../../src/bot/console/arguments';
import { codeOf } from '../../../src/bot/console/codes';
import { identify, newKey } from '../../../src/bot/console/key';
import { forShell, line, viewText } from '../../../src/bot/console/text';
import { catalogueOf } from '../../../src/handlers/index';
import type { View } from '../../../src/handlers/view';
import type { Request } from '../../../src/jobs/request/request';
import { everySystem } from '../../support/systems';

const view: View = {
  title: 'PALM servers: 2',
  tone: 'warning',
  parts: [
    { kind: 'text', text: ['asked by ', { user: 'U0ANA' }, ' at ', { at: 0 }] },
    {
      kind: 'facts',
      facts: [
        ['Head', '12'],
        ['Longer label', 'two\nlines'],
      ],
    },
    {
      kind: 'table',
      name: 'servers.csv',
      head: ['UUID', 'Server'],
      rows: [
        ['e5cd88f7', 'printf'],
        ['3f', 'pricer'],
      ],
    },
    { kind: 'raw', name: 'log.txt', text: 'one\ntwo' },
    { kind: 'raw', name: 'timeline.md', text: '# x', asFile: true },
    { kind: 'picture', name: 'p.png', alt: 'the election as a picture', svg: '<svg/>' },
    { kind: 'next', label: 'Show', words: 'palm show e5cd88f7', why: 'one server' },
  ],
};

test('a view in the terminal shows everything, aligned, and how the next command is typed', () => {
  const command = (words: string) => `${words} --on prod-eu`;
  expect(viewText(view, { mark: '◆ PRODUCTION prod-eu · ', command, file: (name) => `raw R1 ${name}` })).toBe(
    [
      '◆ PRODUCTION prod-eu · ⚠ PALM servers: 2',
      '',
      'asked by @U0ANA at 1970-01-01 00:00:00 UTC',
      '',
      'Head:         12',
      'Longer label: two',
      '              lines',
      '',
      'UUID      Server',
      '--------  ------',
      'e5cd88f7  printf',
      '3f        pricer',
      '',
      'one',
      'two',
      '',
      'File of 3 characters: raw R1 timeline.md',
      '',
      'Picture: the election as a picture',
      '',
      'Next: npm run ops -- palm show e5cd88f7 --on prod-eu',
      '      one server',
    ].join('\n'),
  );
});

test('nothing from outside moves the cursor, colours the screen or turns the direction of writing', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('\u001b[2J\u001b[31m', '\u009b31m', '\u202eevil', 'a\rb', '\u0007', '\u2028', '\ud800'),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      const parts: View['parts'] = [
        { kind: 'text', text },
        { kind: 'facts', facts: [[text, text]] },
        { kind: 'table', name: text, head: [text], rows: [[text]] },
        { kind: 'raw', name: text, text },
        { kind: 'picture', name: text, alt: text, svg: text },
        { kind: 'next', label: text, words: text, why: text },
      ];
      expect(viewText({ title: text, tone: 'bad', parts })).not.toMatch(/[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/u);
      expect(line(text)).not.toMatch(/[\n\t]/);
    }),
    { numRuns: 300 },
  );
});

test('a suggested command can be pasted into a shell, whatever a name in it holds', () => {
  expect(forShell('palm show e5cd88f7 --on prod-eu')).toBe('palm show e5cd88f7 --on prod-eu');
  expect(forShell('openio container show "a b"')).toBe("openio container show 'a b'");
  expect(forShell('openio container show a;reboot')).toBe("openio container show 'a;reboot'");
  expect(forShell('openio container show $(reboot)`x`')).toBe("openio container show '$(reboot)`x`'");
  expect(forShell(`openio container show "it's"`)).toBe("openio container show 'it'\\''s'");
});

test('no command has a flag that is the console’s own', async () => {
  const systems = everySystem();
  for (const { name, usage, form } of catalogueOf(systems).operations) {
    expect([name, usage]).toEqual([name, expect.not.stringMatching(/--(json|wait)\b/)]);
    for (const { as } of form) if ('flag' in as) expect(['json', 'wait']).not.toContain(as.flag);
  }
  await systems.close();
});

const typed = (...argv: string[]) => {
  const read = readArguments(argv);
  return read.ok ? read.args : read.problem;
};

test('what is typed is a command as in Slack, unless it is the console’s own', () => {
  expect(typed('palm', 'servers', '--json')).toEqual({
    ...{ kind: 'command', words: ['palm', 'servers'], isJson: true, waits: false },
  });
  expect(typed('--wait', 'palm', 'purge', 'e5cd88f7')).toMatchObject({ kind: 'command', waits: true });
  expect(typed('approve', 'r7k2m9qf4')).toMatchObject({ kind: 'vote', decision: 'approve', id: 'R7K2M9QF4' });
  expect(typed('deny', 'R7K2M9QF4', 'not', 'now')).toMatchObject({ decision: 'deny', reason: 'not now' });
  expect(typed('deny', 'R7K2M9QF4')).toContain('need a reason');
  expect(typed('approve', 'R7K2M9QF4', 'please')).toContain('please is not understood');
  expect(typed('approve')).toContain('one request id is needed');
  expect(typed('show', '../../etc')).toContain('is not a request id');
  expect(typed()).toEqual({ kind: 'help' });
  expect(typed('help', 'palm')).toMatchObject({ kind: 'command', words: ['ops', 'help', 'palm'] });
  expect(typed('audit', 'export', '--since', '2h')).toEqual({
    ...{ kind: 'export', since: { ago: 7_200_000 }, words: ['--since', '2h'] },
  });
  expect(typed('audit', 'verify', 'a.jsonl')).toMatchObject({ kind: 'verify file', file: 'a.jsonl' });
  expect(typed('audit', 'verify')).toMatchObject({ kind: 'command', words: ['ops', 'audit', 'verify'] });
  expect(typed('audit')).toContain('audit export');
});

test('the person is the one of the key; a key that was taken out is nobody’s', () => {
  const ana = newKey();
  const ben = newKey();
  const people = [
    { user: 'U0ANA', keyHash: ana.keyHash },
    { user: 'U0BEN', keyHash: ben.keyHash },
  ];
  const config = { channel: 'C0OPS', people };
  expect(identify(config, ben.key)).toEqual({ ok: true, user: 'U0BEN', channel: 'C0OPS' });
  expect(identify({ ...config, people: people.slice(0, 1) }, ben.key)).toMatchObject({ ok: false });
  expect(identify(config, newKey().key)).toMatchObject({ ok: false, problem: expect.stringContaining('nobody’s') });
  expect(identify(config, null)).toMatchObject({ ok: false, problem: expect.stringContaining('is not set') });
  expect(identify(config, ana.keyHash)).toMatchObject({ ok: false, problem: expect.stringContaining('is not a key') });
  expect(identify(null, ana.key)).toMatchObject({ ok: false, problem: expect.stringContaining('no section console') });
});

test.each([
  [{ kind: 'finished', outcome: { kind: 'succeeded' } }, 0],
  [{ kind: 'finished', outcome: { kind: 'answered' } }, 0],
  [{ kind: 'finished', outcome: { kind: 'unchanged' } }, 0],
  [{ kind: 'finished', outcome: { kind: 'partial' } }, 1],
  [{ kind: 'finished', outcome: { kind: 'stale' } }, 1],
  [{ kind: 'denied' }, 1],
  [{ kind: 'expired' }, 1],
  [{ kind: 'finished', outcome: { kind: 'uncertain' } }, 3],
  [{ kind: 'planned' }, 4],
  [{ kind: 'running' }, 4],
])('%j ends with %i', (state, code) => {
  // Only the kinds count here.
  expect(codeOf({ state } as unknown as Request)).toBe(code);
});
