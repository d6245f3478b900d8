import { benchAudit } from './audit';
import { benchDistkv } from './distkv';
import { benchLoad } from './load';
import { benchOpenio } from './openio';
import { benchPalm } from './palm';
import type { Row } from './row';
import { benchSlack } from './slack';

/** `npm run bench [NAME…]`: every measure beside its bare baseline in the same run, as one table. */
const BENCHES: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  slack: benchSlack,
  palm: benchPalm,
  openio: benchOpenio,
  distkv: benchDistkv,
  audit: benchAudit,
  load: benchLoad,
};

export async function bench(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !(name in BENCHES));
  if (unknown !== undefined) throw new Error(`there is no bench ${unknown}; known: ${Object.keys(BENCHES).join(', ')}`);
  const rows: Row[] = [];
  for (const [name, measure] of Object.entries(BENCHES)) {
    if (names.length === 0 || names.includes(name)) rows.push(...(await measure()));
  }
  console.log(tableOf(rows));
}

function tableOf(rows: readonly Row[]): string {
  const lines = [
    ['what', 'bare', 'ours', 'ratio', 'goal'],
    ['---', '---', '---', '---', '---'],
    ...rows.map((row) => [row.what, row.bare, row.ours, row.ratio, row.goal]),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
