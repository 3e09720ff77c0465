import { randomUUID } from 'node:crypto';
import type { Keyring } from '@handover/privacy';
import type { DataSource } from 'typeorm';

export interface InboxEntry {
  readonly id: string;
  readonly source: string;
  readonly receivedAt: string;
  readonly status: 'received' | 'processed' | 'ignored' | 'needs-person' | 'failed';
  readonly caseIds: readonly string[];
  readonly reason: string | null;
  readonly pointers: readonly string[];
}

export interface InboxTaken {
  readonly id: string;
  readonly source: string;
  readonly attempts: number;
  /** ISO instant. */
  readonly receivedAt: string;
  readonly body: Buffer;
}

/** How long a taken entry or message belongs to the worker that took it; a killed worker's work is taken again after it. */
const LEASE_SECONDS = 15;

interface Row {
  id: string;
  source: string;
  received_at: Date;
  status: InboxEntry['status'];
  case_ids: string[];
  reason: string | null;
  pointers: string[];
}

const entryOf = (row: Row): InboxEntry => ({
  id: row.id,
  source: row.source,
  receivedAt: row.received_at.toISOString(),
  status: row.status,
  caseIds: row.case_ids,
  reason: row.reason,
  pointers: row.pointers,
});

const parsed = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return null;
  }
};

/** What HR systems sent, durable before it is answered. Bodies are sealed at rest and gone once they are worked. */
export class Inbox {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keyring: Keyring,
  ) {}

  /** A repeated (source, webhook id) answers the first id and stores nothing. */
  async accept({
    source,
    webhookId,
    body,
  }: {
    readonly source: string;
    readonly webhookId: string;
    readonly body: Uint8Array;
  }): Promise<{ readonly id: string; readonly duplicate: boolean }> {
    const id = randomUUID();
    const inserted: { id: string }[] = await this.dataSource.query(
      'INSERT INTO app.inbox (id, source, webhook_id, body) VALUES ($1, $2, $3, $4) ON CONFLICT (source, webhook_id) DO NOTHING RETURNING id',
      [id, source, webhookId, await this.keyring.sealBytes(body, id)],
    );
    if (inserted[0]) return { id, duplicate: false };
    const known: { id: string }[] = await this.dataSource.query('SELECT id FROM app.inbox WHERE source = $1 AND webhook_id = $2', [source, webhookId]);

    return { id: known[0]?.id ?? id, duplicate: true };
  }

  async get(id: string): Promise<InboxEntry | null> {
    const rows: Row[] = await this.dataSource.query('SELECT id, source, received_at, status, case_ids, reason, pointers FROM app.inbox WHERE id = $1', [id]);
    const [row] = rows;
    return row ? entryOf(row) : null;
  }

  async take(limit: number): Promise<readonly InboxTaken[]> {
    const [rows] = (await this.dataSource.query(
      `UPDATE app.inbox i SET attempts = attempts + 1, next_try_at = now() + make_interval(secs => $2)
       FROM (SELECT id FROM app.inbox WHERE status = 'received' AND next_try_at <= now() ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED) t
       WHERE i.id = t.id RETURNING i.id, i.source, i.attempts, i.received_at, i.body, i.seq`,
      [limit, LEASE_SECONDS],
    )) as [{ id: string; source: string; attempts: number; received_at: Date; body: Buffer; seq: string }[], number];

    return Promise.all(
      rows
        .sort((a, b) => Number(a.seq) - Number(b.seq))
        .map(async ({ id, source, attempts, received_at, body }) => ({
          id,
          source,
          attempts,
          receivedAt: received_at.toISOString(),
          body: await this.keyring.openBytes(body, id),
        })),
    );
  }

  /** Entries whose body is still here, oldest first: not worked yet, or waiting for a person. */
  async *kept(): AsyncGenerator<InboxEntry & { readonly body: unknown }> {
    for await (const portion of this.portions()) yield* portion;
  }

  /** `settledBefore`, an ISO instant: only those that had arrived before it and wait for a person. */
  async *portions({ settledBefore = null }: { readonly settledBefore?: string | null } = {}): AsyncGenerator<
    readonly (InboxEntry & { readonly body: unknown })[]
  > {
    for (let after = 0; ;) {
      const rows: (Row & { seq: string; body: Buffer })[] = await this.dataSource.query(
        `SELECT id, seq, source, received_at, status, case_ids, reason, pointers, body FROM app.inbox
         WHERE body IS NOT NULL AND seq > $1 AND ($2::timestamptz IS NULL OR (status <> 'received' AND received_at < $2)) ORDER BY seq LIMIT 200`,
        [after, settledBefore],
      );
      if (rows.length > 0)
        yield await Promise.all(rows.map(async (row) => ({ ...entryOf(row), body: parsed(await this.keyring.openBytes(row.body, row.id)) })));
      const last = rows[rows.length - 1];
      if (!last) return;
      after = Number(last.seq);
    }
  }

  async postpone(id: string, delayMs: number, why: string): Promise<void> {
    await this.dataSource.query('UPDATE app.inbox SET next_try_at = now() + make_interval(secs => $2), last_error = $3 WHERE id = $1', [
      id,
      delayMs / 1000,
      why,
    ]);
  }

  async waiting(): Promise<number> {
    const rows: { count: string }[] = await this.dataSource.query(`SELECT count(*) FROM app.inbox WHERE status = 'received'`);
    return Number(rows[0]?.count ?? 0);
  }
}

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
