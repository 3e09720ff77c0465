import type { DataSource } from 'typeorm';
import { LEASE_SECONDS } from './inbox.ts';

export interface OutboxTaken {
  readonly id: string;
  readonly caseId: string;
  readonly kind: 'start' | 'signal';
  readonly attempts: number;
}

/** What must reach Temporal. Only the oldest message of a case is ever under way, so their order is kept. */
export class Outbox {
  constructor(private readonly dataSource: DataSource) {}

  async take(limit: number): Promise<readonly OutboxTaken[]> {
    const [rows] = (await this.dataSource.query(
      `UPDATE app.outbox o SET attempts = attempts + 1, next_try_at = now() + make_interval(secs => $2)
       FROM (SELECT id FROM app.outbox x WHERE next_try_at <= now()
               AND NOT EXISTS (SELECT 1 FROM app.outbox y WHERE y.case_id = x.case_id AND y.id < x.id)
             ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) t
       WHERE o.id = t.id RETURNING o.id, o.case_id, o.kind, o.attempts`,
      [limit, LEASE_SECONDS],
    )) as [{ id: string; case_id: string; kind: 'start' | 'signal'; attempts: number }[], number];

    return rows.map((row) => ({ id: row.id, caseId: row.case_id, kind: row.kind, attempts: row.attempts }));
  }

  async deliver(id: string): Promise<void> {
    await this.dataSource.query('DELETE FROM app.outbox WHERE id = $1', [id]);
  }

  async postpone(id: string, delayMs: number, why: string): Promise<void> {
    await this.dataSource.query('UPDATE app.outbox SET next_try_at = now() + make_interval(secs => $2), last_error = $3 WHERE id = $1', [
      id,
      delayMs / 1000,
      why,
    ]);
  }
}
