import { handleWhen, noop, retry } from 'cockatiel';
import {
  type CallContext,
  Etcd3,
  EtcdAuthenticationFailedError,
  EtcdInvalidAuthTokenError,
  EtcdLeaseInvalidError,
  EtcdPermissionDeniedError,
  GRPCDeadlineExceededError,
  GRPCFailedPreconditionError,
  GRPCInvalidArgumentError,
  GRPCNotImplementedError,
  GRPCOutOfRangeError,
  GRPCResourceExhastedError,
  GRPCUnauthenticatedError,
  isRecoverableError,
} from 'etcd3';
import { BackendFailure, type FailureKind } from '../failure';
import type { PalmLimits } from './palm';

/** Answers above this are refused by our own side, after etcd has acted: pages are kept well below it. */
const LONGEST_ANSWER = 32 << 20;

/** The two clients: what may be asked again, and what must not. */
export interface Clients {
  /** Reads again on another host; every attempt is bounded. */
  read<T>(doing: string, signal: AbortSignal, ask: (client: Etcd3) => Promise<T>): Promise<T>;
  /** Sends once. Another host is tried only when this one certainly got nothing. */
  write<T>(doing: string, signal: AbortSignal, ask: (client: Etcd3) => Promise<T>): Promise<T>;
  close(): void;
}

/**
 * etcd3's own policies are replaced: its retries report a committed delete as refused, its circuit breaker makes one bad
 * answer everybody's outage, and without deadlines a frozen etcd holds a call for ever.
 */
export function connectV3(hosts: readonly string[], limits: PalmLimits): Clients {
  const common = { hosts: [...hosts], grpcOptions: { 'grpc.max_receive_message_length': LONGEST_ANSWER } };
  const others = hosts.length - 1;
  const reader = new Etcd3({
    ...common,
    faultHandling: { host: () => noop, global: retry(handleWhen(mayAskAgain), { maxAttempts: Math.max(1, others) }) },
    defaultCallOptions: deadline(limits.readMs),
  });
  const writer = new Etcd3({
    ...common,
    faultHandling: {
      host: () => noop,
      global: others > 0 ? retry(handleWhen(neverSent), { maxAttempts: others }) : noop,
    },
    defaultCallOptions: deadline(limits.writeMs),
  });
  return {
    read: (doing, signal, ask) => call({ doing, signal, writes: false }, () => ask(reader)),
    write: (doing, signal, ask) => call({ doing, signal, writes: true }, () => ask(writer)),
    close: () => {
      reader.close();
      writer.close();
    },
  };
}

/** A function, because an object would hold one fixed instant for all calls. */
function deadline(ms: number) {
  return (context: CallContext) => (context.isStream ? {} : { deadline: Date.now() + ms });
}

interface Call {
  readonly doing: string;
  readonly signal: AbortSignal;
  readonly writes: boolean;
}

/** etcd3 cannot cancel a call: when nobody waits any more it is left behind, and its deadline ends it. */
async function call<T>({ doing, signal, writes }: Call, ask: () => Promise<T>): Promise<T> {
  const givenUp = (effect: 'none' | 'possible') =>
    new BackendFailure(`${doing}: given up before etcd answered`, { backend: 'palm', kind: 'timeout', effect });
  if (signal.aborted) throw givenUp('none');
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(givenUp(writes ? 'possible' : 'none'));
    signal.addEventListener('abort', stop, { once: true });
    ask()
      .then(resolve, (error: unknown) => reject(failureOf(error, doing, writes)))
      .finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Messages only: etcd3 drops gRPC's codes and details. */
function failureOf(error: unknown, doing: string, writes: boolean): BackendFailure {
  const kind = kindOf(error);
  const certain = kind === 'unreachable' || kind === 'rejected';
  const effect = writes && !certain ? 'possible' : 'none';
  const said = messageOf(error).slice(0, 300);
  return new BackendFailure(`${doing}: ${SAYS[kind]} (${said})`, { backend: 'palm', kind, effect, cause: error });
}

const SAYS: Readonly<Record<FailureKind, string>> = {
  unreachable: 'etcd cannot be reached',
  timeout: 'etcd gave no answer',
  rejected: 'etcd refused',
  malformed: "etcd's answer could not be read",
};

const REFUSALS = [
  EtcdAuthenticationFailedError,
  EtcdInvalidAuthTokenError,
  EtcdLeaseInvalidError,
  EtcdPermissionDeniedError,
  GRPCFailedPreconditionError,
  GRPCInvalidArgumentError,
  GRPCNotImplementedError,
  GRPCOutOfRangeError,
  GRPCUnauthenticatedError,
];

function kindOf(error: unknown): FailureKind {
  if (neverSent(error)) return 'unreachable';
  if (isNoSpace(error) || REFUSALS.some((refusal) => error instanceof refusal)) return 'rejected';
  if (isTooLong(error)) return 'malformed';
  return 'timeout';
}

/** gRPC found no connection for it. A deadline counts too when it ran out before a connection was there. */
function neverSent(error: unknown): boolean {
  const message = messageOf(error);
  if (error instanceof GRPCDeadlineExceededError) return /waiting for (lb pick|name resolution)/i.test(message);
  return /^14 UNAVAILABLE: (No connection established|Name resolution failed)/.test(message);
}

/** Asking again for an answer that is too long brings the same answer. */
function mayAskAgain(error: Error): boolean {
  return isRecoverableError(error) && !(error instanceof GRPCResourceExhastedError);
}

export function isTooLong(error: unknown): boolean {
  return error instanceof GRPCResourceExhastedError && messageOf(error).includes('larger than max');
}

export function isNoSpace(error: unknown): boolean {
  return error instanceof GRPCResourceExhastedError && messageOf(error).includes('database space exceeded');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
