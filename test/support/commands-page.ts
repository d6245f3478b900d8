import type { Catalogue } from '../../src/handlers/catalogue';
import { EVERYWHERE } from '../../src/handlers/help';
import type { Operation } from '../../src/handlers/operation';

/** docs/commands.md, as the catalogue says it. Written by `npm run docs`; a test compares. */
export function commandsPage(catalogue: Catalogue): string {
  return [
    '# Commands',
    '',
    'Every command of the bot. A *query* reads and is answered at once. A *change* shows what it would do and waits for approval:',
    'one other person where it can be undone, two where it cannot.',
    '',
    '`/ops help` says the same in Slack; `/ops help COMMAND` says how one is used. This page is written by `npm run docs`.',
    ...catalogue.systems.flatMap((system) => ['', `## /${system}`, '', ...table(catalogue.ofSystem(system))]),
    '',
    '## After any command',
    '',
    '| flag | what it does |',
    '|---|---|',
    ...EVERYWHERE.map(([flag, what]) => `| \`${flag}\` | ${what} |`),
    '',
  ].join('\n');
}

function table(operations: readonly Operation[]): readonly string[] {
  const rows = operations.map((operation) => {
    const synopsis = `/${[operation.name, operation.usage].filter(Boolean).join(' ')}`.replaceAll('|', '\\|');
    return `| \`${synopsis}\` | ${operation.kind} | ${operation.summary.replaceAll('|', '\\|')} |`;
  });
  return ['| command | kind | what it does |', '|---|---|---|', ...rows];
}
