import { Agent, request } from 'undici';
import { createOpenioSandbox, type OpenioSandbox } from '../sandbox/openio/sandbox';
import { createOpenio } from '../src/backends/openio/create';
import type { Base, Openio, Transition } from '../src/backends/openio/openio';
import { openioElectionStatus } from '../src/handlers/openio/election-status';
import { electionPicture } from '../src/handlers/openio/picture';
import { STATES } from '../src/handlers/openio/states';
import type { View } from '../src/handlers/view';
import type { Row } from './row';

const VERSIONS = ['4.2.10', '2026.14.2'] as const;
const RUNS = 300;
/** The stand-in's hung peer costs 3 s instead of 30 s. */
const SCALE = 0.1;

/** Election status beside one bare call to the same proxy, a frozen peer, and the picture. About ten seconds. */
export async function benchOpenio(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const version of VERSIONS) {
    const sandbox = await createOpenioSandbox({ version, scale: SCALE });
    const openio = createOpenio({ proxyUrl: sandbox.url, namespace: sandbox.namespace, account: sandbox.account });
    try {
      rows.push(await status(version, sandbox, openio));
      if (version === '2026.14.2') rows.push(...(await frozen(sandbox, openio)));
    } finally {
      await openio.close();
      await sandbox.close();
    }
  }
  return [...rows, picture()];
}

function baseIn(sandbox: OpenioSandbox): Base {
  const { namespace, account } = sandbox;
  return { type: 'meta2', container: { by: 'name', namespace, account, name: 'FVE0' } };
}

/** One directory look-up and the question to the peers, beside the question alone. */
async function status(version: string, sandbox: OpenioSandbox, openio: Openio): Promise<Row> {
  const agent = new Agent();
  const url = `${sandbox.url}/v3.0/${sandbox.namespace}/admin/status?acct=${sandbox.account}&ref=FVE0&type=meta2`;
  const call = { request: 'R1', signal: new AbortController().signal };
  const base = baseIn(sandbox);
  const bare = await median(async () => {
    const answer = await request(url, { method: 'POST', dispatcher: agent });
    await answer.body.json();
  });
  const ours = await median(async () => {
    await openio.election('status', { base }, call);
  });
  await agent.close();
  return {
    what: `openio ${version}, status of 3 healthy peers`,
    bare: `${bare.toFixed(2)} ms one call by undici`,
    ours: `${ours.toFixed(2)} ms`,
    ratio: `+${(ours - bare).toFixed(2)} ms`,
    goal: '< +10 ms',
  };
}

/** The first row must not wait for the peer that hangs. */
async function frozen(sandbox: OpenioSandbox, openio: Openio): Promise<readonly Row[]> {
  await sandbox.switchTrouble('frozen-127.0.0.3:6025', true);
  const url = `${sandbox.url}/v3.0/${sandbox.namespace}/admin/status?acct=${sandbox.account}&ref=FVE0&type=meta2`;
  const whole = await timed(async () => {
    const answer = await request(url, { method: 'POST' });
    await answer.body.json();
  });
  const started = performance.now();
  let first: number | null = null;
  const report = (view: View): void => {
    if (first === null && view.parts.some(({ kind }) => kind === 'table')) first = performance.now() - started;
  };
  const context = { request: 'R2', signal: new AbortController().signal, report };
  await openioElectionStatus(openio).answer(['meta2', 'FVE0'], context);
  const last = performance.now() - started;
  const bare = `${whole.toFixed(0)} ms for any row`;
  const what = 'openio 2026.14.2, 1 of 3 peers hangs for 3 s:';
  return [
    {
      what: `${what} first row`,
      bare,
      ours: `${(first ?? last).toFixed(1)} ms`,
      ratio: `${((first ?? last) / whole).toFixed(3)}×`,
      goal: '< 100 ms',
    },
    {
      what: `${what} last row`,
      bare,
      ours: `${last.toFixed(0)} ms`,
      ratio: `${(last / whole).toFixed(2)}×`,
      goal: '≤ 1.1×',
    },
  ];
}

function picture(): Row {
  const names = Object.keys(STATES);
  const lanes = ['127.0.0.1:6020', '127.0.0.2:6024', '127.0.0.3:6025'].map((peer, lane) => ({
    peer,
    state: 'MASTER',
    note: null,
    log: Array.from({ length: 32 }, (_, index): Transition => {
      const from = names[index % names.length] ?? '';
      return {
        at: 1_795_187_096_000 + index * 7 + lane,
        from,
        event: 'LIST_OK',
        to: names[(index + 1) % names.length] ?? '',
      };
    }),
  }));
  const started = performance.now();
  electionPicture('Election of FVE0 (meta2)', lanes);
  const first = performance.now() - started;
  return {
    what: 'picture of 3 peers × 32 changes, as SVG, first time',
    bare: '–',
    ours: `${first.toFixed(1)} ms`,
    ratio: '–',
    goal: '< 100 ms',
  };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function median(work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) times.push(await timed(work));
  return times.toSorted((a, b) => a - b)[RUNS / 2] ?? 0;
}
