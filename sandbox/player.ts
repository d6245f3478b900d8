import { setTimeout } from 'node:timers/promises';
import type { Workspace } from './slack/workspace';
import { CHANNELS, type Line, type PersonName, type Scenario } from './world';

const PATIENCE_MS = 60_000;
const CHANNEL = CHANNELS[0].name;

/** Plays a scenario through the pretend workspace and says what everybody sees. Throws where the story goes another way. */
export async function play(workspace: Workspace, scenario: Scenario, say: (line: string) => void): Promise<void> {
  say(`# ${scenario.title}`);
  say(scenario.about);
  const stage: Stage = { workspace, say, from: 0 };
  for (const line of scenario.lines) await playLine(stage, line);
}

interface Stage {
  readonly workspace: Workspace;
  readonly say: (line: string) => void;
  /** How many messages there were before the last command: what is waited for comes after them. */
  from: number;
}

async function playLine(stage: Stage, line: Line): Promise<void> {
  const { workspace, say } = stage;
  switch (line.kind) {
    case 'say':
      return say(`\n${line.text}`);
    case 'wait':
      say(`\n[${line.seconds} s pass]`);
      return setTimeout(line.seconds * 1_000);
    case 'trouble':
      await workspace.switchTrouble(line.system, line.id, line.on);
      return say(`\n[${line.system}: ${line.id} ${line.on ? 'begins' : 'ends'}]`);
    case 'type':
      say(`\n${line.who}> ${line.command}`);
      stage.from = tops(workspace).length;
      return delivered(
        line.command,
        await workspace.typeCommand({ who: line.who, channel: CHANNEL, text: line.command }),
      );
    case 'press':
      say(`\n${line.who} presses ${line.button}`);
      await shown(workspace, line.button);
      return delivered(
        line.button,
        await workspace.pressButton({ who: line.who, channel: CHANNEL, text: line.button }),
      );
    case 'fill':
      say(`\n${line.who} fills in ${Object.values(line.values).join(', ')}`);
      await workspace.until(() => workspace.view(line.who), PATIENCE_MS);
      return delivered('the form', await workspace.submitView({ who: line.who, values: line.values }));
    case 'expect':
      return say(indented(await expected(stage, line.text, line.who)));
  }
}

function delivered(what: string, result: { readonly delivered: boolean; readonly error?: string }): void {
  if (!result.delivered) throw new Error(`${what} did not reach the bot: ${result.error}`);
}

/** What the newest message since the last command (or what only `who` sees) says, as soon as it holds the text. */
async function expected(stage: Stage, text: string, who: PersonName | undefined): Promise<string> {
  const { workspace, from } = stage;
  const newest = () => (who === undefined ? tops(workspace).slice(from).at(-1) : workspace.ephemerals(who).at(-1));
  try {
    return await workspace.until(() => {
      const message = newest();
      return message?.plain.includes(text) && message.plain;
    }, PATIENCE_MS);
  } catch {
    throw new Error(`nobody saw "${text}" within a minute; the newest message: ${newest()?.plain ?? 'none'}`);
  }
}

/** A message is posted before it gets the buttons that decide. Where none comes, pressing says so. */
async function shown(workspace: Workspace, button: string): Promise<void> {
  const isThere = () => workspace.messages(CHANNEL).some(({ buttons }) => buttons.includes(button));
  await workspace.until(isThere, PATIENCE_MS).catch(() => undefined);
}

function tops(workspace: Workspace) {
  return workspace.messages(CHANNEL).filter((one) => one.threadTs === undefined);
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}
