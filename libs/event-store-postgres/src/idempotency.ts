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

/** Callers choose their keys, and may put a mail address into one: only a keyed hash of it is kept. */
export type KeyedHash = (...parts: readonly string[]) => Promise<string>;

/** Answers by (actor, Idempotency-Key), kept for 24 hours. A request whose process died may be begun anew after a minute. */
export class IdempotencyKeys {
  constructor(
    private readonly dataSource: DataSource,
    private readonly hash: KeyedHash,
  ) {}

  /** What tells one request from another, without being a hash that can be tried out. */
  fingerprint(request: unknown): Promise<string> {
    return this.hash('request', JSON.stringify(request));
  }

  async begin(actor: string, key: string, fingerprint: string): Promise<Begun> {
    const hashed = await this.hashed(actor, key);
    await this.dataSource.query(`DELETE FROM app.idempotency_key WHERE created_at < now() - interval '24 hours'`);
    const inserted: unknown[] = await this.dataSource.query(
      'INSERT INTO app.idempotency_key (actor, key, fingerprint) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING key',
      [actor, hashed, fingerprint],
    );
    if (inserted.length > 0) return { kind: 'new' };
    const rows: Row[] = await this.dataSource.query(
      `SELECT fingerprint, status, body, created_at < now() - interval '1 minute' AS stale FROM app.idempotency_key WHERE actor = $1 AND key = $2`,
      [actor, hashed],
    );
    const [row] = rows;
    if (!row || row.fingerprint !== fingerprint) return { kind: 'other-request' };
    if (row.status !== null && row.body !== null) return { kind: 'answered', status: row.status, body: row.body };

    return row.stale ? { kind: 'new' } : { kind: 'running' };
  }

  /** `personRef`: whose answer it is; it goes with them. */
  async complete(actor: string, key: string, answer: { readonly status: number; readonly body: string; readonly personRef: string | null }): Promise<void> {
    await this.dataSource.query('UPDATE app.idempotency_key SET status = $3, body = $4, person_ref = $5 WHERE actor = $1 AND key = $2', [
      actor,
      await this.hashed(actor, key),
      answer.status,
      answer.body,
      answer.personRef,
    ]);
  }

  /** The request failed without an answer worth keeping: the caller may try again. */
  async abandon(actor: string, key: string): Promise<void> {
    await this.dataSource.query('DELETE FROM app.idempotency_key WHERE actor = $1 AND key = $2 AND status IS NULL', [actor, await this.hashed(actor, key)]);
  }

  private hashed(actor: string, key: string): Promise<string> {
    return this.hash('idempotency', actor, key);
  }
}
