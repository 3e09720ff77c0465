/**
 * What wraps the keys of persons: bytes in a file on one machine, a KMS in production. `context` is bound to what is
 * wrapped (additional authenticated data): it opens under no other.
 */
export interface MasterKey {
  /** Kept beside every key it wraps, so that several can be in use at once. */
  readonly id: string;
  readonly wrap: (key: Uint8Array, context: string) => Promise<Uint8Array>;
  /** @throws when it was wrapped under another key or another context. */
  readonly unwrap: (wrapped: Uint8Array, context: string) => Promise<Uint8Array>;
}

export interface MasterKeys {
  /** What new keys are wrapped under now. */
  readonly current: () => Promise<MasterKey>;
  /** @throws MasterKeyError `unknown` or `retired` */
  readonly byId: (id: string) => Promise<MasterKey>;
  /** Forget what was read: another process may have rotated. */
  readonly refresh: () => void;
  /** First value of a key that the service has for itself, where an earlier release derived it; null: a random one. */
  readonly seed?: (purpose: string) => Promise<Uint8Array | null>;
}

export type MasterKeyErrorCode = 'unknown' | 'retired' | 'unreadable' | 'unavailable';

/** Says ids and remedies, never key material. */
export class MasterKeyError extends Error {
  constructor(
    readonly code: MasterKeyErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'MasterKeyError';
  }
}
