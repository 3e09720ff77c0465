import type { StoredEvent } from './port.ts';

/**
 * An event as followers of the log see it. What is personal stays sealed: a read model that holds no personal value has
 * nothing to forget when a person is erased.
 */
export interface LoggedEvent extends Omit<StoredEvent, 'personal'> {
  /** Place in the log, from 0, without gaps, given after the commit. */
  readonly position: number;
  /** Whose key the sealed part is under; null when nothing personal was said. */
  readonly person: string | null;
}

/** A reader of the log and how far it came. */
export interface SubscriptionStatus {
  readonly name: string;
  readonly state: 'live' | 'building';
  /** Raised by the code when the read model changes its shape. */
  readonly version: number;
  readonly generation: number;
  /** Events applied so far, which is also the next position to read. */
  readonly position: number;
  /** Events of the log that are not applied yet. */
  readonly lag: number;
  /** ISO instant of the last progress. */
  readonly at: string;
  /** Why it does not get on, and since when; null while it does. */
  readonly failure: { readonly what: string; readonly since: string } | null;
}
