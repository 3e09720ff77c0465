import type { DataSource } from 'typeorm';

export type Begun =
  | { readonly kind: 'new' }
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | { readonly kind: 'running' }
  | { readonly kind: 'other-request' };

interface Row {
  fingerprint: string;
  status: number | null;
  body: string | null;
  stale: boolean;
}

/** Answers by (actor, Idempotency-Key), kept for 24 hours. A request whose process died may be begun anew after a minute. */
export class IdempotencyKeys {
  constructor(private readonly dataSource: DataSource) {}

  async begin(actor: string, key: string, fingerprint: string): Promise<Begun> {
    await this.dataSource.query(`DELETE FROM app.idempotency_key WHERE actor = $1 AND key = $2 AND created_at < now() - interval '24 hours'`, [actor, key]);
    const inserted: unknown[] = await this.dataSource.query(
      'INSERT INTO app.idempotency_key (actor, key, fingerprint) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING key',
      [actor, key, fingerprint],
    );
    if (inserted.length > 0) return { kind: 'new' };
    const rows: Row[] = await this.dataSource.query(
      `SELECT fingerprint, status, body, created_at < now() - interval '1 minute' AS stale FROM app.idempotency_key WHERE actor = $1 AND key = $2`,
      [actor, key],
    );
    const [row] = rows;
    if (!row || row.fingerprint !== fingerprint) return { kind: 'other-request' };
    if (row.status !== null && row.body !== null) return { kind: 'answered', status: row.status, body: row.body };

    return row.stale ? { kind: 'new' } : { kind: 'running' };
  }

  async complete(actor: string, key: string, status: number, body: string): Promise<void> {
    await this.dataSource.query('UPDATE app.idempotency_key SET status = $3, body = $4 WHERE actor = $1 AND key = $2', [actor, key, status, body]);
  }

  /** The request failed without an answer worth keeping: the caller may try again. */
  async abandon(actor: string, key: string): Promise<void> {
    await this.dataSource.query('DELETE FROM app.idempotency_key WHERE actor = $1 AND key = $2 AND status IS NULL', [actor, key]);
  }
}
