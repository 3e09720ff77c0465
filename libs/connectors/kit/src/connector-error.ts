/**
 * How a call to another company's API can fail, in the words that decide what happens next: wait and repeat
 * (`throttled`, `unavailable`), or ask a person (all others).
 */
export type ConnectorErrorKind = 'throttled' | 'unavailable' | 'refused' | 'conflict' | 'not-found' | 'invalid' | 'unauthorized';

export interface ConnectorFailure {
  readonly kind: ConnectorErrorKind;
  /** Method and path template, like `POST /users`; never the path itself, which may hold a mail address or a number. */
  readonly operation: string;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  /** Milliseconds the other side asked us to wait. */
  readonly retryAfterMs?: number;
  /** A word of ours for the reason; never the vendor's free text, which may quote what we sent. */
  readonly code: string;
  /** A write whose effect is unknown: the reply never came. Read before you repeat it. */
  readonly ambiguous: boolean;
}

export class ConnectorError extends Error implements ConnectorFailure {
  readonly kind: ConnectorErrorKind;
  readonly operation: string;
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly code: string;
  readonly ambiguous: boolean;

  constructor(failure: ConnectorFailure, options?: ErrorOptions) {
    super(`${failure.operation}: ${failure.code}${failure.status === undefined ? '' : ` (HTTP ${failure.status})`}`, options);
    this.name = 'ConnectorError';
    this.kind = failure.kind;
    this.operation = failure.operation;
    this.code = failure.code;
    this.ambiguous = failure.ambiguous;
    if (failure.status !== undefined) this.status = failure.status;
    if (failure.retryAfterMs !== undefined) this.retryAfterMs = failure.retryAfterMs;
  }
}

export const isConnectorError = (error: unknown, kind?: ConnectorErrorKind): error is ConnectorError =>
  error instanceof ConnectorError && (kind === undefined || error.kind === kind);
