import { BackendFailure, type FailureKind } from '../failure';
import type { Message } from './wire';

/** One question and how its failure is told. */
export interface Doing {
  /** In lower case: `read the state of 10.0.0.1:27586`. */
  readonly doing: string;
  /** `possible` for requests that write. */
  readonly effect: 'none' | 'possible';
  readonly signal: AbortSignal;
  /** Milliseconds until the answer must be complete. */
  readonly withinMs: number;
}

export interface Problem {
  readonly kind: FailureKind;
  readonly text: string;
  readonly cause?: unknown;
}

/** Takes the messages of one answer, and gives the whole once it is complete. */
export type Collect<T> = (message: Message) => { readonly whole: T } | null;

/** The questions under way on one connection, by `seq`. */
export interface Exchanges {
  /** `send` puts the question on the wire; it is not called when the connection has ended already. */
  begin<T>(seq: number, collect: Collect<T>, doing: Doing, send: () => void): Promise<T>;
  receive(message: unknown): void;
  /** Fails everything under way with this problem, and everything begun later. The first problem stays. */
  end(problem: Problem): void;
}

type Receiver = (got: { readonly message: Message } | { readonly problem: Problem }) => void;

export function createExchanges(): Exchanges {
  const receivers = new Map<unknown, Receiver>();
  let ended: Problem | null = null;
  const end = (problem: Problem) => {
    ended ??= problem;
    for (const receive of [...receivers.values()]) receive({ problem: ended });
  };
  return {
    begin: (seq, collect, doing, send) => {
      if (ended) return Promise.reject(failureOf(ended, { ...doing, effect: 'none' }));
      if (doing.signal.aborted) return Promise.reject(failureOf(GIVEN_UP, { ...doing, effect: 'none' }));
      const answer = wait(receivers, seq, collect, doing);
      send();
      return answer;
    },
    receive: (message) => {
      if (!isMessage(message)) return end({ kind: 'malformed', text: 'the server sent something that is no map' });
      if (!('seq' in message)) return end(unasked(message));
      receivers.get(plainNumber(message.seq))?.({ message });
    },
    end,
  };
}

const GIVEN_UP: Problem = { kind: 'timeout', text: 'given up, since nobody waits for it any more' };

function wait<T>(receivers: Map<unknown, Receiver>, seq: number, collect: Collect<T>, doing: Doing): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer);
      doing.signal.removeEventListener('abort', abandon);
      receivers.delete(seq);
    };
    const fail = (problem: Problem) => {
      settle();
      reject(failureOf(problem, doing));
    };
    const abandon = () => fail(GIVEN_UP);
    const late = () => fail({ kind: 'timeout', text: `no complete answer within ${doing.withinMs / 1000} s` });
    const timer = setTimeout(late, doing.withinMs);
    doing.signal.addEventListener('abort', abandon);
    receivers.set(seq, (got) => {
      if ('problem' in got) return fail(got.problem);
      try {
        const collected = collect(got.message);
        if (!collected) return;
        settle();
        resolve(collected.whole);
      } catch (error) {
        settle();
        reject(error);
      }
    });
  });
}

export function failureOf(problem: Problem, doing: Pick<Doing, 'doing' | 'effect'>): BackendFailure {
  const { kind, text, cause } = problem;
  // Unreachable means that nothing was sent, whatever the question was.
  const effect = kind === 'unreachable' ? 'none' : doing.effect;
  return new BackendFailure(`${doing.doing}: ${text}`, { backend: 'distkv', kind, effect, cause });
}

/** An error that belongs to no question: the server closes the connection after it. Its text may be empty. */
function unasked(message: Message): Problem {
  if (!('error' in message)) return { kind: 'malformed', text: 'the server sent a message that answers no question' };
  return { kind: 'rejected', text: `the server gave up the connection: ${errorText(message.error)}` };
}

export function errorText(error: unknown): string {
  const text = typeof error === 'string' ? error : String(error);
  if (text === '') return 'an error without text (it sends that when a login is needed)';
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function plainNumber(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
