import { randomBytes, randomUUID } from 'node:crypto';
import type { EventMeta, EventStore, JsonObject } from '@handover/event-store';
import type { Keyring } from '@handover/privacy';
import type { AuditFilter } from '@handover/read-models-postgres';
import type { DataSource } from 'typeorm';
import type { Format } from './formats.ts';
import type { OcsfVersion } from './ocsf/classes.ts';
import { say } from './record.ts';

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

/** A subscription that is this worker's alone until the lease runs out. */
export interface Claim extends Subscription {
  readonly owner: string;
  readonly revision: number;
  /** The end of a batch that was begun and not taken yet: it is sent again as it was. */
  readonly pendingTo: number | null;
  readonly secrets: readonly string[];
}

interface Row {
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

interface KeptSecret {
  readonly value: string;
  /** ISO instant until which it signs too; null: the current one. */
  readonly until: string | null;
}

/** How long a replaced secret still signs, so that a receiver can change over. */
const OLD_SECRET_MS = 86_400_000;

export class AuditSubscriptions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keyring: Keyring,
    private readonly store: EventStore,
  ) {}

  /** The secret is in this answer and never in another one. `after`: the position it begins behind. */
  async create(wanted: Wanted, after: number, meta: EventMeta): Promise<{ readonly subscription: Subscription; readonly secret: string }> {
    const id = randomUUID();
    const secret = newSecret();
    await this.say(id, 'SubscriptionCreated', { ...shown(wanted), after }, meta, id);
    const [row] = (await this.dataSource.query(
      `INSERT INTO app.audit_subscription (id, name, url, secrets, format, ocsf, filter, position, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *`,
      [
        id,
        wanted.name,
        wanted.url,
        await this.sealed(id, [{ value: secret, until: null }]),
        wanted.format,
        wanted.ocsf,
        JSON.stringify(wanted.filter),
        after,
        meta.actor,
      ],
    )) as [Row];

    return { subscription: subscriptionOf(row), secret };
  }

  async list(): Promise<readonly Subscription[]> {
    const rows: Row[] = await this.dataSource.query('SELECT * FROM app.audit_subscription ORDER BY created_at, id');
    return rows.map(subscriptionOf);
  }

  async get(id: string): Promise<Subscription | null> {
    const rows: Row[] = await this.dataSource.query('SELECT * FROM app.audit_subscription WHERE id = $1', [id]);
    return rows[0] ? subscriptionOf(rows[0]) : null;
  }

  /** What is under way is begun anew: another address or filter makes other batches. */
  async change(id: string, change: Partial<Wanted> & { readonly after?: number }, meta: EventMeta): Promise<Subscription | null> {
    const before = await this.get(id);
    if (!before) return null;
    const wanted: Wanted = { ...before, ...change };
    await this.say(id, 'SubscriptionChanged', { ...shown(wanted), ...(change.after === undefined ? {} : { after: change.after }) }, meta);
    return this.updated(
      `UPDATE app.audit_subscription SET name = $2, url = $3, format = $4, ocsf = $5, filter = $6, position = coalesce($7, position),
         pending_to = NULL, revision = revision + 1, next_try_at = now(), attempts = 0 WHERE id = $1 RETURNING *`,
      [id, wanted.name, wanted.url, wanted.format, wanted.ocsf, JSON.stringify(wanted.filter), change.after ?? null],
    );
  }

  async pause(id: string, why: string, meta: EventMeta): Promise<Subscription | null> {
    if (!(await this.get(id))) return null;
    await this.say(id, 'SubscriptionPaused', { code: why }, meta);
    return this.updated(`UPDATE app.audit_subscription SET state = 'paused', why = $2 WHERE id = $1 RETURNING *`, [id, why]);
  }

  /** Goes on where it stood, at once. */
  async resume(id: string, meta: EventMeta): Promise<Subscription | null> {
    if (!(await this.get(id))) return null;
    await this.say(id, 'SubscriptionResumed', {}, meta);
    return this.updated(
      `UPDATE app.audit_subscription SET state = 'active', why = NULL, attempts = 0, failing_since = NULL, next_try_at = now() WHERE id = $1 RETURNING *`,
      [id],
    );
  }

  /** The old secret signs beside the new one for a day. */
  async rotate(id: string, meta: EventMeta): Promise<{ readonly subscription: Subscription; readonly secret: string } | null> {
    const rows: Row[] = await this.dataSource.query('SELECT * FROM app.audit_subscription WHERE id = $1', [id]);
    if (!rows[0]) return null;
    const [current] = await this.opened(rows[0]);
    const secret = newSecret();
    await this.say(id, 'SubscriptionSecretReplaced', {}, meta);
    const kept: KeptSecret[] = [
      { value: secret, until: null },
      ...(current ? [{ value: current.value, until: new Date(Date.now() + OLD_SECRET_MS).toISOString() }] : []),
    ];
    const subscription = await this.updated('UPDATE app.audit_subscription SET secrets = $2 WHERE id = $1 RETURNING *', [id, await this.sealed(id, kept)]);

    return subscription && { subscription, secret };
  }

  async remove(id: string, meta: EventMeta): Promise<boolean> {
    if (!(await this.get(id))) return false;
    await this.say(id, 'SubscriptionDeleted', {}, meta);
    await this.dataSource.query('DELETE FROM app.audit_subscription WHERE id = $1', [id]);
    return true;
  }

  // ── the pushing side ───────────────────────────────────────────────────

  /** One that has something to send and that nobody else is sending; null when there is none. */
  async claim(newest: number, leaseMs: number): Promise<Claim | null> {
    const [rows] = (await this.dataSource.query(
      `UPDATE app.audit_subscription s SET lease_owner = $1, lease_until = now() + $2 * interval '1 ms'
       FROM (SELECT id FROM app.audit_subscription
             WHERE state = 'active' AND next_try_at <= now() AND (lease_until IS NULL OR lease_until <= now()) AND (pending_to IS NOT NULL OR position < $3)
             ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED) t
       WHERE s.id = t.id RETURNING s.*`,
      [randomUUID(), leaseMs, newest],
    )) as [Row[], number];
    const [row] = rows;
    if (!row) return null;
    const now = new Date().toISOString();
    const secrets = (await this.opened(row)).filter((each) => each.until === null || each.until > now).map((each) => each.value);

    return {
      ...subscriptionOf(row),
      secrets,
      owner: row.lease_owner ?? '',
      revision: row.revision,
      pendingTo: row.pending_to === null ? null : Number(row.pending_to),
    };
  }

  /** Before the first attempt: what every repetition will send. False: the lease is lost, or the subscription was changed. */
  async begin(claim: Claim, to: number): Promise<boolean> {
    return this.mine('pending_to = $4', claim, [to]);
  }

  async taken(claim: Claim, to: number, count: number): Promise<boolean> {
    return this.mine(
      `position = $4, pending_to = NULL, attempts = 0, failing_since = NULL, last_error = NULL, next_try_at = now(), lease_until = NULL,
       delivered = delivered + $5, delivered_at = now()`,
      claim,
      [to, count],
    );
  }

  /** Nothing to send up to there. */
  async passed(claim: Claim, to: number): Promise<boolean> {
    return this.mine(`position = $4, lease_until = NULL, next_try_at = now() + interval '200 ms'`, claim, [to]);
  }

  async failed(claim: Claim, code: string, retryMs: number): Promise<boolean> {
    return this.mine(
      `attempts = attempts + 1, failing_since = coalesce(failing_since, now()), last_error = $4, lease_until = NULL, next_try_at = now() + $5 * interval '1 ms'`,
      claim,
      [code, retryMs],
    );
  }

  private async mine(set: string, claim: Claim, values: readonly unknown[]): Promise<boolean> {
    const [, count] = (await this.dataSource.query(`UPDATE app.audit_subscription SET ${set} WHERE id = $1 AND lease_owner = $2 AND revision = $3`, [
      claim.id,
      claim.owner,
      claim.revision,
      ...values,
    ])) as [unknown, number];
    return count > 0;
  }

  private async updated(sql: string, values: readonly unknown[]): Promise<Subscription | null> {
    const [rows] = (await this.dataSource.query(sql, [...values])) as [Row[], number];
    return rows[0] ? subscriptionOf(rows[0]) : null;
  }

  private async sealed(id: string, secrets: readonly KeptSecret[]): Promise<Buffer> {
    return this.keyring.sealBytes(Buffer.from(JSON.stringify(secrets)), `subscription/${id}`);
  }

  private async opened(row: Row): Promise<readonly KeptSecret[]> {
    return JSON.parse((await this.keyring.openBytes(row.secrets, `subscription/${row.id}`)).toString('utf8')) as KeptSecret[];
  }

  private async say(id: string, type: string, data: JsonObject, meta: EventMeta, key: string = randomUUID()): Promise<void> {
    await say(this.store, { stream: `subscription/${id}`, type, data, meta, key });
  }
}

/** What the record says of a subscription: its host, not its path, which may be a token. */
const shown = ({ name, url, format, ocsf, filter }: Wanted): JsonObject => ({ name, to: new URL(url).origin, format, ocsf, filter: { ...filter } });

const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

const subscriptionOf = (row: Row): Subscription => ({
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
