import type { AuditFilter } from '@handover/read-models-postgres';
import type { Format } from './formats.ts';
import type { OcsfVersion } from './ocsf/classes.ts';

export interface Wanted {
  readonly name: string;
  readonly url: string;
  readonly format: Format;
  readonly ocsf: OcsfVersion;
  readonly filter: AuditFilter;
}

export interface Subscription extends Wanted {
  readonly id: string;
  /** The last position that the receiver has taken; -1: none yet. */
  readonly position: number;
  readonly state: 'active' | 'paused';
  /** Why it is paused. */
  readonly why: string | null;
  readonly attempts: number;
  readonly failingSince: string | null;
  readonly nextTryAt: string;
  readonly lastError: string | null;
  readonly delivered: number;
  readonly deliveredAt: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
}

export interface SubscriptionRow {
  id: string;
  name: string;
  url: string;
  secrets: Buffer;
  format: Format;
  ocsf: OcsfVersion;
  filter: AuditFilter;
  position: string;
  pending_to: string | null;
  revision: number;
  state: 'active' | 'paused';
  why: string | null;
  attempts: number;
  failing_since: Date | null;
  next_try_at: Date;
  last_error: string | null;
  delivered: string;
  delivered_at: Date | null;
  created_by: string;
  created_at: Date;
  lease_owner: string | null;
}

export const subscriptionOf = (row: SubscriptionRow): Subscription => ({
  id: row.id,
  name: row.name,
  url: row.url,
  format: row.format,
  ocsf: row.ocsf,
  filter: row.filter,
  position: Number(row.position),
  state: row.state,
  why: row.why,
  attempts: row.attempts,
  failingSince: row.failing_since?.toISOString() ?? null,
  nextTryAt: row.next_try_at.toISOString(),
  lastError: row.last_error,
  delivered: Number(row.delivered),
  deliveredAt: row.delivered_at?.toISOString() ?? null,
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
});
