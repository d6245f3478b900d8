import { join } from 'node:path';
import { playLoad } from '../sandbox/load';
import { createWorld, ROOT } from '../sandbox/pretend';
import type { Row } from './row';

const channels = Array.from({ length: 10 }, (_, n) => ({ id: `C0LOAD${n}`, name: `load-${n}` }));

/** A bad minute: five hundred commands over ten channels, at Slack's own limits, with 429s thrown in. */
export async function benchLoad(): Promise<readonly Row[]> {
  const bot = { file: process.execPath, args: [join(ROOT, 'dist/src/bot/start.js')] };
  const world = await createWorld({ bot, channels });
  try {
    const outcome = await playLoad(world.workspace, {
      commands: 500,
      seconds: 60,
      channels: channels.map(({ name }) => name),
      command: (n) => `palm servers --host 10.0.${Math.floor(n / 250)}.${n % 250}`,
      refusals: 8,
    });
    const { unheard, lost, twice, limited, behindMs, latencies, posts, edits } = outcome;
    const sorted = [...latencies].sort((a, b) => a - b);
    const seconds = (ms: number | undefined) => `${((ms ?? 0) / 1_000).toFixed(1)} s`;
    const what = '500 commands in a minute over 10 channels';
    const row = (about: string, ours: string, goal: string): Row => ({
      ...{ what: `${what}${about}`, bare: '–', ratio: '', ours, goal },
    });
    return [
      row(`, ${limited} 429s: lost, twice, unheard`, `${lost.length}, ${twice.length}, ${unheard}`, '0, 0, 0'),
      row(': last message right after the last 429', seconds(behindMs), '< 30 s'),
      row(': posts and edits', `${posts}, ${edits}`, '500, few'),
      row(': final message, p50', seconds(sorted[Math.floor(sorted.length / 2)]), ''),
      row(': final message, p99', seconds(sorted[Math.floor(sorted.length * 0.99)]), ''),
    ];
  } finally {
    await world.close();
  }
}
