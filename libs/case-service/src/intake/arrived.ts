import type { InboxOutcome } from '@handover/event-store';
import type { By } from '../by.ts';
import type { WrongField } from './fact.ts';

/** What HR, or somebody for them, said. */
export interface Arrived {
  /** Inbox id, or the id of the request that starts a case by hand. */
  readonly id: string;
  readonly source: string;
  readonly body: unknown;
  readonly by: By;
  /** Free text of who starts a case by hand; sealed. */
  readonly reason?: string | null;
  /** ISO instant at which it had arrived for good, where that was before now: a webhook that waited in the inbox. */
  readonly receivedAt?: string;
  /** Settle this inbox entry in the same transaction. */
  readonly inbox: boolean;
}

/** What became of it. */
export interface Taken {
  readonly status: InboxOutcome['status'];
  readonly caseIds: readonly string[];
  readonly reason: string | null;
  readonly pointers: readonly string[];
  readonly personRef: string | null;
  /** Of what needs a person: each wrong field by itself. */
  readonly errors?: readonly WrongField[];
}
