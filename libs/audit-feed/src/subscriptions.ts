import { randomUUID } from 'node:crypto';
import type { EventMeta, EventStore, JsonObject } from '@handover/event-store';
import type { Keyring } from '@handover/privacy';
import type { DataSource } from 'typeorm';
import { Claims } from './claims.ts';
import { say } from './record.ts';
import { OLD_SECRET_MS, SigningSecrets, newSecret, type KeptSecret } from './signing-secrets.ts';
import { subscriptionOf, type Subscription, type SubscriptionRow, type Wanted } from './subscription.ts';

/** Who is pushed the record, as operators ask for it; every change is said to the record first. */
export class AuditSubscriptions {
  readonly claims: Claims;
  readonly #secrets: SigningSecrets;

  constructor(
    private readonly dataSource: DataSource,
    keyring: Keyring,
    private readonly store: EventStore,
  ) {
    this.#secrets = new SigningSecrets(keyring);
    this.claims = new Claims(dataSource, this.#secrets);
  }

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
        await this.#secrets.seal(id, [{ value: secret, until: null }]),
        wanted.format,
        wanted.ocsf,
        JSON.stringify(wanted.filter),
        after,
        meta.actor,
      ],
    )) as [SubscriptionRow];

    return { subscription: subscriptionOf(row), secret };
  }

  async list(): Promise<readonly Subscription[]> {
    const rows: SubscriptionRow[] = await this.dataSource.query('SELECT * FROM app.audit_subscription ORDER BY created_at, id');
    return rows.map(subscriptionOf);
  }

  async get(id: string): Promise<Subscription | null> {
    const rows: SubscriptionRow[] = await this.dataSource.query('SELECT * FROM app.audit_subscription WHERE id = $1', [id]);
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
    const rows: SubscriptionRow[] = await this.dataSource.query('SELECT * FROM app.audit_subscription WHERE id = $1', [id]);
    if (!rows[0]) return null;
    const [current] = await this.#secrets.open(rows[0]);
    const secret = newSecret();
    await this.say(id, 'SubscriptionSecretReplaced', {}, meta);
    const kept: KeptSecret[] = [
      { value: secret, until: null },
      ...(current ? [{ value: current.value, until: new Date(Date.now() + OLD_SECRET_MS).toISOString() }] : []),
    ];
    const subscription = await this.updated('UPDATE app.audit_subscription SET secrets = $2 WHERE id = $1 RETURNING *', [
      id,
      await this.#secrets.seal(id, kept),
    ]);

    return subscription && { subscription, secret };
  }

  async remove(id: string, meta: EventMeta): Promise<boolean> {
    if (!(await this.get(id))) return false;
    await this.say(id, 'SubscriptionDeleted', {}, meta);
    await this.dataSource.query('DELETE FROM app.audit_subscription WHERE id = $1', [id]);
    return true;
  }

  private async updated(sql: string, values: readonly unknown[]): Promise<Subscription | null> {
    const [rows] = (await this.dataSource.query(sql, [...values])) as [SubscriptionRow[], number];
    return rows[0] ? subscriptionOf(rows[0]) : null;
  }

  private async say(id: string, type: string, data: JsonObject, meta: EventMeta, key: string = randomUUID()): Promise<void> {
    await say(this.store, { stream: `subscription/${id}`, type, data, meta, key });
  }
}

/** What the record says of a subscription: its host, not its path, which may be a token. */
const shown = ({ name, url, format, ocsf, filter }: Wanted): JsonObject => ({ name, to: new URL(url).origin, format, ocsf, filter: { ...filter } });
