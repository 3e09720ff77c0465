import type { Fault } from '@handover/record-proof';
import type { LoggedRow } from '../event-row.ts';

/** Anything that can be asked: a data source, or one transaction of it. */
export interface Queryable {
  query(sql: string, values?: unknown[]): Promise<unknown>;
}

/** A place where the record is not what was written, named as closely as it can be. */
export interface Problem extends Fault {
  readonly table: 'event' | 'log_leaf' | 'log_node' | 'log_state' | 'log_checkpoint' | 'log_key' | 'outside';
  readonly eventId: string | null;
  readonly column: string | null;
}

export const problem = (said: Partial<Problem> & Pick<Problem, 'table' | 'what'>): Problem => ({
  position: null,
  stream: null,
  version: null,
  eventId: null,
  column: null,
  ...said,
});

/** More than this is not listed, only counted: whoever changed a thousand things changed everything. */
export const LISTED = 1_000;

/** An event with all that its place in the record has to agree with. */
export interface WholeRow extends LoggedRow {
  readonly seq: string;
  /** Of its time, what is below a millisecond: always 0 as it was recorded. */
  readonly micros: string;
  readonly leaf: Buffer;
  /** Hash of the event before it in its stream, as that event says and as the log says; null for the first. */
  readonly previous: Buffer | null;
  readonly previous_sealed: Buffer | null;
  /** Its hash when it was given its position. */
  readonly log_hash: Buffer | null;
  /** Whether its hash follows from its leaf. */
  readonly chain_ok: boolean;
  readonly leaf_ok: boolean;
  /** Version of the event before it in its stream, 0 for the first. */
  readonly previous_version: string;
}
