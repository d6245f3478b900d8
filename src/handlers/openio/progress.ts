import type { Base, ElectionVerb, Openio, PeerAnswer } from '../../backends/openio/openio';
import type { Context } from '../operation';
import type { Part, View } from '../view';

interface Asking {
  readonly openio: Openio;
  readonly verb: ElectionVerb;
  readonly base: Base;
  readonly only: readonly string[] | null;
  readonly title: string;
  readonly draw: (answers: readonly PeerAnswer[]) => Part;
}

const TICK_MS = 1_000;

/** Asks the peers and shows what is known so far: rows as they come, or the seconds where they come all at once. */
export async function askShowing(asking: Asking, context: Context): Promise<readonly PeerAnswer[]> {
  const { openio, verb, base, only } = asking;
  const { ids, alone } = await openio.peers(base, context);
  const wanted = only ?? ids;
  const answers: PeerAnswer[] = [];
  const started = Date.now();
  const show = (): void => {
    const seconds = Math.round((Date.now() - started) / 1_000);
    const waiting = wanted.filter((id) => !answers.some((answer) => answer.id === id));
    const text = alone ? waitingFor(waiting, seconds) : waitingForAll(wanted.length, openio.hungPeerMs, seconds);
    context.report(partial(asking, answers, text));
  };
  const ticking = setInterval(show, TICK_MS);
  try {
    if (!alone) show();
    const each = (answer: PeerAnswer): void => {
      answers.push(answer);
      answers.sort((a, b) => wanted.indexOf(a.id) - wanted.indexOf(b.id));
      if (answers.length < wanted.length) show();
    };
    return await openio.election(verb, { base, each, ...(only === null ? {} : { only }) }, context);
  } finally {
    clearInterval(ticking);
  }
}

function partial({ title, draw }: Asking, answers: readonly PeerAnswer[], text: string): View {
  const note: Part = { kind: 'text', text };
  return { title: `${title}: asking`, tone: 'neutral', parts: answers.length > 0 ? [draw(answers), note] : [note] };
}

function waitingFor(ids: readonly string[], seconds: number): string {
  return `Waiting for ${ids.join(', ') || 'the answer'}, ${seconds} s so far.`;
}

/** Older servers ask the peers one after the other and answer once. */
function waitingForAll(peers: number, hungPeerMs: number, seconds: number): string {
  const each = Math.round(hungPeerMs / 1_000);
  const count = peers > 0 ? `${peers} peers` : 'the peers';
  return `These servers ask ${count} one after the other and answer once; each peer that hangs costs ${each} s. ${seconds} s so far.`;
}
