import { setTimeout } from 'node:timers/promises';
import type { Workspace } from './slack/workspace';

/** Many people type at once, while Slack asks for patience. What is typed is a query whose words are its own. */
export interface Load {
  readonly commands: number;
  /** In which they are typed, evenly. */
  readonly seconds: number;
  readonly channels: readonly string[];
  /** The n-th command, without its slash: no other one has the same words. */
  readonly command: (n: number) => string;
  /** How often in this time the next posts and edits are refused. */
  readonly refusals: number;
}

export interface Outcome {
  /** Commands that were not acknowledged. */
  readonly unheard: number;
  /** Commands whose message is missing or not the final one when time was up. */
  readonly lost: readonly string[];
  /** Commands with more than one message. */
  readonly twice: readonly string[];
  readonly limited: number;
  /** Calls that Slack took. More edits than messages mean that people saw each message change. */
  readonly posts: number;
  readonly edits: number;
  /** From the last 429 until every message was right. */
  readonly behindMs: number;
  /** From the command to its right message, one per command. */
  readonly latencies: readonly number[];
}

/** Until when a message may be late before it counts as lost. */
const PATIENCE_MS = 90_000;
const LOOK_EVERY_MS = 200;
/** Of each 429. */
const RETRY_AFTER_S = 2;

export async function playLoad(workspace: Workspace, load: Load): Promise<Outcome> {
  const asked: Asked[] = [];
  const before = workspace.calls.length;
  const deliveries: Promise<{ readonly delivered: boolean }>[] = [];
  const begun = performance.now();
  const watched = watch(workspace, asked, { commands: load.commands, untilMs: load.seconds * 1_000 + PATIENCE_MS });
  for (let n = 0; n < load.commands; n++) {
    await setTimeout(begun + (n * load.seconds * 1_000) / load.commands - performance.now());
    if (isTurn(n, load)) limit(workspace);
    const channel = load.channels[n % load.channels.length] ?? '';
    const text = `/${load.command(n)}`;
    asked.push({ text, channel, at: performance.now(), rightAt: null });
    deliveries.push(workspace.typeCommand({ who: 'ana', channel, text }));
  }
  const results = await Promise.all(deliveries);
  await watched;
  const calls = workspace.calls.slice(before);
  const limited = calls.filter((call) => call.kind === 'api' && call.status === 429);
  const taken = (method: string) => calls.filter((call) => call.method === method && call.ok).length;
  const lastLimitedAt = limited.at(-1)?.at ?? 0;
  return {
    unheard: results.filter(({ delivered }) => !delivered).length,
    lost: asked.filter(({ rightAt }) => rightAt === null).map(({ text }) => text),
    twice: asked.filter((one) => messagesOf(workspace, one).length > 1).map(({ text }) => text),
    limited: limited.length,
    posts: taken('chat.postMessage'),
    edits: taken('chat.update'),
    behindMs: Math.max(0, Date.now() - lastLimitedAt),
    latencies: asked.flatMap(({ at, rightAt }) => (rightAt === null ? [] : [rightAt - at])),
  };
}

interface Asked {
  readonly text: string;
  readonly channel: string;
  readonly at: number;
  rightAt: number | null;
}

function isTurn(n: number, { commands, refusals }: Load): boolean {
  return n % Math.ceil(commands / (refusals + 1)) === Math.ceil(commands / (refusals + 1)) - 1;
}

function limit({ faults }: Workspace): void {
  faults.refuse('chat.postMessage', { status: 429, retryAfter: RETRY_AFTER_S, times: 5 });
  faults.refuse('chat.update', { status: 429, retryAfter: RETRY_AFTER_S, times: 2 });
}

/** Each message ends with what was typed. */
function messagesOf(workspace: Workspace, { text, channel }: Asked) {
  return workspace.messages(channel).filter((one) => one.threadTs === undefined && one.plain.endsWith(text));
}

/** Until every command that will be typed has its message, or time is up. */
async function watch(
  workspace: Workspace,
  asked: readonly Asked[],
  { commands, untilMs }: { readonly commands: number; readonly untilMs: number },
): Promise<void> {
  const deadline = performance.now() + untilMs;
  while (performance.now() < deadline) {
    const open = asked.filter(({ rightAt }) => rightAt === null);
    for (const one of open) if (isRight(workspace, one)) one.rightAt = performance.now();
    if (asked.length === commands && asked.every(({ rightAt }) => rightAt !== null)) return;
    await setTimeout(LOOK_EVERY_MS);
  }
}

/** Answered, and not still being read. */
function isRight(workspace: Workspace, one: Asked): boolean {
  return messagesOf(workspace, one).some(({ plain }) => plain.includes(', took ') && !plain.includes('Queued.'));
}
