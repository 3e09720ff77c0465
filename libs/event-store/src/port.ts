import type { JsonObject } from './json.ts';

/** Where a command came in. `system` is Handover itself: timers, relays, activities. */
export type Channel = 'api' | 'console' | 'mail' | 'slack' | 'temporal' | 'webhook' | 'scim' | 'import' | 'system';

/** Who caused an event and how. Hashed with the event, but no part of the comparison that makes appends idempotent. */
export interface EventMeta {
  /** Opaque actor id: an API key's actor, `source:<name>` or `system`. Never a name or an address. */
  readonly actor: string;
  readonly onBehalfOf?: string;
  readonly channel: Channel;
  /** Id of the event, inbox entry or update that caused this one. */
  readonly cause?: string;
  readonly caseId?: string;
  readonly workflowId?: string;
  readonly runId?: string;
  /** Activity attempt, counted from 1. */
  readonly attempt?: number;
  /** ISO instant at which the fact takes hold, when that is not the time of recording. */
  readonly effectiveAt?: string;
}

export interface NewEvent {
  /** UUIDv5, derived: a retry repeats it (`eventIdOf` of event-ids). */
  readonly id: string;
  readonly type: string;
  /** Version of the shape of `data` and `personal`, from 1. */
  readonly schema: number;
  /** What may stay readable for ever: no personal value. */
  readonly data: JsonObject;
  /** Personal values, sealed under the key of `person`. */
  readonly personal?: { readonly person: string; readonly data: JsonObject };
  readonly meta: EventMeta;
}

export interface StoredEvent extends Omit<NewEvent, 'personal'> {
  readonly stream: string;
  /** Position in the stream, from 1. */
  readonly version: number;
  /** ISO instant, set by the database. */
  readonly recordedAt: string;
  /** Absent when nothing personal was said; `erased` once the person's key is destroyed. */
  readonly personal?: { readonly person: string; readonly data: JsonObject } | { readonly person: string; readonly erased: true };
}

/** `expected` is the version the decision was made on; 0 means the stream must not exist. There is no "any". */
export interface Append {
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly NewEvent[];
}

/** A message to Temporal that must arrive: delivered at least once, in order per case. */
export interface OutboxMessage {
  readonly caseId: string;
  readonly kind: 'start' | 'signal';
}

/** A way to find a person by a keyed hash, so that no identifier is stored in the clear. */
export interface PersonIndexEntry {
  readonly index: string;
  readonly personRef: string;
  /** Who is found by it now and no longer shall be; absent: nobody may be yet. */
  readonly over?: 'anybody' | { readonly personRef: string };
}

export interface InboxOutcome {
  readonly id: string;
  readonly status: 'processed' | 'ignored' | 'needs-person' | 'failed';
  readonly caseIds: readonly string[];
  /** In words, without personal values. */
  readonly reason: string | null;
  /** RFC 6901 pointers of the fields at fault. */
  readonly pointers: readonly string[];
}

/** What is written in the same transaction as the events. */
export interface SideWrites {
  readonly outbox?: readonly OutboxMessage[];
  readonly people?: readonly PersonIndexEntry[];
  readonly inbox?: InboxOutcome;
  /** Destroys the keys of these persons in the same transaction. */
  readonly destroyKeysOf?: readonly string[];
  /** Inbox entries whose kept body is about a person who is being erased: the body goes, the entry stays. */
  readonly purgeInbox?: readonly string[];
  /** Inbox entries that are still to be worked, for whoever the person is next: their body goes then, also where nobody could work it. */
  readonly forgetInbox?: readonly string[];
}

export interface Committed {
  /** Version of each stream after this commit; of a repetition: after the commit that it repeats. */
  readonly versions: Readonly<Record<string, number>>;
  /** Every event was stored before, with the same content: nothing was written, side writes included. */
  readonly already: boolean;
}

export interface EventStore {
  /** Events of a stream with `version > after`, oldest first; empty when there is no such stream. */
  read(stream: string, after?: number): Promise<readonly StoredEvent[]>;
  /**
   * Appends to one or several streams and writes the side rows, all or nothing.
   * @throws {EventStoreError} `conflict` a stream is not at the expected version; `id-reused` an event id is known with
   * other content; `erased` a personal part names a person whose key is destroyed.
   */
  commit(appends: readonly Append[], side?: SideWrites): Promise<Committed>;
}

export type EventStoreErrorCode = 'conflict' | 'id-reused' | 'erased';

export class EventStoreError extends Error {
  readonly code: EventStoreErrorCode;
  readonly stream: string;
  readonly actual: number | null;
  readonly expected: number | null;

  constructor(code: EventStoreErrorCode, stream: string, versions: { actual?: number; expected?: number } = {}) {
    super(
      code === 'conflict'
        ? `stream ${stream} is at version ${versions.actual}, expected ${versions.expected}`
        : code === 'id-reused'
          ? `an event id is already used in stream ${stream} with other content`
          : `the key of the person in stream ${stream} is destroyed`,
    );
    this.name = 'EventStoreError';
    this.code = code;
    this.stream = stream;
    this.actual = versions.actual ?? null;
    this.expected = versions.expected ?? null;
  }
}
