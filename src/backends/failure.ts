export type Backend = 'openio' | 'distkv' | 'palm' | 'units';

/**
 * - `unreachable`: no connection; nothing was sent
 * - `timeout`: sent, no answer in time
 * - `rejected`: the far side understood and said no
 * - `malformed`: the answer is not what this protocol allows
 */
export type FailureKind = 'unreachable' | 'timeout' | 'rejected' | 'malformed';

interface FailureDetails {
  readonly backend: Backend;
  readonly kind: FailureKind;
  /** Whether the far side may have acted. A retry asks this and nothing else. */
  readonly effect: 'none' | 'possible';
  /** It said no because what was named is not there. Only where its own code says so and nothing else. */
  readonly absent?: true;
  readonly cause?: unknown;
}

/** The one error a backend throws. Its message says what was being done, in lower case, and holds no secret. */
export class BackendFailure extends Error {
  override readonly name = 'BackendFailure';
  readonly backend: Backend;
  readonly kind: FailureKind;
  readonly effect: 'none' | 'possible';
  readonly absent: boolean;

  constructor(message: string, details: FailureDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.backend = details.backend;
    this.kind = details.kind;
    this.effect = details.effect;
    this.absent = details.absent ?? false;
  }
}
