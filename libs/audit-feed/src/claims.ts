import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { SigningSecrets } from './signing-secrets.ts';
import { subscriptionOf, type Subscription, type SubscriptionRow } from './subscription.ts';

/** A subscription that is this worker's alone until the lease runs out. */
export interface Claim extends Subscription {
  readonly owner: string;
  readonly revision: number;
  /** The end of a batch that was begun and not taken yet: it is sent again as it was. */
  readonly pendingTo: number | null;
  readonly secrets: readonly string[];
}

/** The subscriptions for those who push: one has each of them at a time, and says how far its receiver is. */
export class Claims {
  constructor(
    private readonly dataSource: DataSource,
    private readonly secrets: SigningSecrets,
  ) {}

  /** One that has something to send and that nobody else is sending; null when there is none. */
  async take(newest: number, leaseMs: number): Promise<Claim | null> {
    const [rows] = (await this.dataSource.query(
      `UPDATE app.audit_subscription s SET lease_owner = $1, lease_until = now() + $2 * interval '1 ms'
       FROM (SELECT id FROM app.audit_subscription
             WHERE state = 'active' AND next_try_at <= now() AND (lease_until IS NULL OR lease_until <= now()) AND (pending_to IS NOT NULL OR position < $3)
             ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED) t
       WHERE s.id = t.id RETURNING s.*`,
      [randomUUID(), leaseMs, newest],
    )) as [SubscriptionRow[], number];
    const [row] = rows;
    if (!row) return null;
    const now = new Date().toISOString();
    const secrets = (await this.secrets.open(row)).filter((each) => each.until === null || each.until > now).map((each) => each.value);

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
}
