import { NO_ANSWER } from '../../backends/openio/elections';
import type { ElectionVerb, PeerAnswer } from '../../backends/openio/openio';

/** How a peer is, as far as one answer tells. `hung` and `dead` keep it from taking part; `avoided` may be over soon. */
export type Health = 'well' | 'hung' | 'dead' | 'avoided' | 'election fails' | 'no file' | 'troubled' | 'unknown';

export interface Explained {
  /** MASTER, SLAVE, or a dash. */
  readonly role: string;
  readonly health: Health;
  /** One short sentence. */
  readonly words: string;
}

interface Meaning {
  readonly health: Health;
  readonly words: string;
}

/** Codes as they were seen on real servers, besides 200, 301 and 303, whose meaning depends on what was asked. */
const MEANINGS: ReadonlyMap<number, Meaning> = new Map([
  [NO_ANSWER, { health: 'unknown', words: 'the proxy did not answer for this peer' }],
  [2, { health: 'dead', words: 'refuses connections: its process is not running' }],
  [3, { health: 'troubled', words: 'cut the connection' }],
  [4, { health: 'troubled', words: 'closed the connection before answering' }],
  [5, { health: 'dead', words: 'no connection in time: host or network is away' }],
  [6, { health: 'dead', words: 'no route to its host' }],
  [7, { health: 'hung', words: 'connected but silent: its process hangs' }],
  [8, { health: 'avoided', words: 'not asked: the proxy remembers it as down for some seconds' }],
  [10, { health: 'troubled', words: 'network error' }],
  [305, { health: 'troubled', words: 'is overloaded or moving and sends callers elsewhere' }],
  [400, { health: 'troubled', words: 'does not understand the request' }],
  [403, { health: 'troubled', words: 'does not allow this' }],
  [404, { health: 'troubled', words: 'does not know this request' }],
  [406, { health: 'troubled', words: 'knows no such container' }],
  [431, { health: 'no file', words: 'has no file for this base' }],
  [436, { health: 'troubled', words: 'the base is frozen' }],
  [437, { health: 'troubled', words: 'the base is disabled' }],
  [439, { health: 'troubled', words: 'the base is enabled already' }],
  [440, { health: 'troubled', words: 'the container is being drained' }],
  [441, { health: 'troubled', words: 'the container is being emptied' }],
  [450, { health: 'troubled', words: 'does not manage this part of the directory' }],
  [472, { health: 'troubled', words: 'copies only from the master' }],
  [473, { health: 'troubled', words: 'is the master: nothing may be copied over it' }],
  [481, { health: 'troubled', words: 'no service can be chosen' }],
  [500, { health: 'election fails', words: 'its election did not end in time' }],
  [502, { health: 'troubled', words: 'the other service did not do its part' }],
  [503, { health: 'troubled', words: 'cannot do this now' }],
  [504, { health: 'troubled', words: 'ran out of time' }],
  [509, { health: 'troubled', words: 'is overloaded' }],
  [511, { health: 'troubled', words: 'its file is damaged' }],
]);

export function explain(verb: ElectionVerb, answer: PeerAnswer): Explained {
  const { status, message } = answer;
  if (status === 200) return { role: verb === 'status' ? 'MASTER' : '-', health: 'well', words: OK_WORDS[verb] };
  if (status === 301) return { role: 'MASTER', health: 'well', words: 'the master: nothing was copied to it' };
  if (status === 303)
    return { role: 'SLAVE', health: 'well', words: `follows ${message || 'a master it does not name'}` };
  const meaning = byMessage(message) ?? MEANINGS.get(status);
  if (meaning) return { role: '-', ...meaning };
  return { role: '-', health: 'unknown', words: `code ${status} is not known to this bot` };
}

const OK_WORDS: Readonly<Record<ElectionVerb, string>> = {
  status: 'is the master',
  ping: 'is reached',
  debug: 'answered',
  has: 'has a file',
  sync: 'sync triggered; the copying itself goes on in the background',
  leave: 'left the election; the next access elects again',
};

/** Two errors of a whole call that, asked of one peer, tell how that peer is. */
function byMessage(message: string): Meaning | undefined {
  if (message.startsWith('Deadline reached: Timeout')) {
    return { health: 'hung', words: 'connected but silent within the time given: its process hangs' };
  }
  if (message.startsWith('Election failed')) {
    return { health: 'election fails', words: 'its election did not end in time' };
  }
  return undefined;
}

/** The master that these answers agree on, or null. */
export function masterOf(answers: readonly PeerAnswer[]): string | null {
  const masters = new Set(
    answers.flatMap(({ id, status, message }) => (status === 200 ? [id] : status === 303 ? [message] : [])),
  );
  const [master] = masters;
  return masters.size === 1 && master ? master : null;
}

/** A cell for a table: how long one peer took, where that is known. */
export function took(answer: PeerAnswer): string {
  if (answer.ms === null) return '-';
  return answer.ms < 1_000 ? `${answer.ms} ms` : `${(answer.ms / 1_000).toFixed(1)} s`;
}
