import { join } from 'node:path';
import { play } from './player';
import { createWorld, ROOT, type World } from './pretend';

/**
 * `npm run demo` opens the pretend world and leaves it open; `npm run demo -- --script` plays every scenario, prints what
 * people see, and ends. Ends everything it started, however it ends.
 */
export async function demo(args: readonly string[]): Promise<void> {
  const begun = performance.now();
  const bot = { file: process.execPath, args: [join(ROOT, 'dist/src/bot/start.js')] };
  const world = await createWorld({ bot, mode: args.includes('--http') ? 'http' : 'socket' });
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  if (args.includes('--script')) return playAll(world);
  welcome(world, seconds);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(world, 0));
  void world.bot().exited.then((exit) => {
    if (ending) return;
    console.error(`the bot ended (${exit.code ?? exit.signal}):\n${world.bot().output()}`);
    void end(world, 1);
  });
}

let ending = false;

async function end(world: World, code: number): Promise<void> {
  if (ending) return;
  ending = true;
  await world.close();
  process.exit(code);
}

async function playAll(world: World): Promise<void> {
  let code = 0;
  try {
    for (const scenario of world.scenarios) await play(world.workspace, scenario, (line) => console.log(line));
    console.log(`\n${world.scenarios.length} scenarios played to their end.`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(world.bot().output());
    code = 1;
  }
  await end(world, code);
}

function welcome({ workspace }: World, seconds: string): void {
  console.log(
    [
      '',
      `Quorumbot's pretend workspace is open after ${seconds} s:  ${workspace.url}`,
      '',
      'Try, as ana:   /palm servers',
      '               /palm purge 3f0d9a55     (then Approve: as ana it is refused; switch to ben)',
      '               /ops help                /ops audit verify',
      'The panel World breaks things: etcd hangs, Redis is down, the registry writes.',
      '',
      'Ctrl-C ends everything.',
    ].join('\n'),
  );
}
