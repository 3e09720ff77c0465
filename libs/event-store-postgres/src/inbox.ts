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

export interface InboxPage {
  readonly items: readonly InboxEntry[];
  readonly next?: number;
}

export interface InboxTaken {
  readonly id: string;
  readonly source: string;
  readonly attempts: number;
  /** Tries that failed because of the entry itself. */
  readonly failures: number;
  /** ISO instant. */
  readonly receivedAt: string;
  /** Opened by whoever works it: one that cannot be opened is no trouble of the others. */
  readonly body: () => Promise<Buffer>;
}

/** How long a taken entry or message belongs to the worker that took it; a killed worker's work is taken again after it. */
export const LEASE_SECONDS = 15;

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

const parsed = (body: Buffer | null): unknown => {
  try {
    return JSON.parse(body?.toString('utf8') ?? '') as unknown;
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
       WHERE i.id = t.id RETURNING i.id, i.source, i.attempts, i.failures, i.received_at, i.body, i.seq`,
      [limit, LEASE_SECONDS],
    )) as [{ id: string; source: string; attempts: number; failures: number; received_at: Date; body: Buffer; seq: string }[], number];

    return rows
      .sort((a, b) => Number(a.seq) - Number(b.seq))
      .map(({ id, source, attempts, failures, received_at, body }) => ({
        id,
        source,
        attempts,
        failures,
        receivedAt: received_at.toISOString(),
        body: () => this.keyring.openBytes(body, id),
      }));
  }

  /** Entries whose body is still here, oldest first: not worked yet, or waiting for a person. One that nobody can open holds up no other: null. */
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
        yield await Promise.all(rows.map(async (row) => ({ ...entryOf(row), body: parsed(await this.keyring.openBytesIfWhole(row.body, row.id)) })));
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

  /** The entry itself could not be worked: tried again later, and given up for a person to look at once that was `limit` times. */
  async countFailure(id: string, { code, delayMs, limit }: { readonly code: string; readonly delayMs: number; readonly limit: number }): Promise<void> {
    await this.dataSource.query(
      `UPDATE app.inbox SET failures = failures + 1, last_error = $2, next_try_at = now() + make_interval(secs => $3),
         status = CASE WHEN failures + 1 >= $4 THEN 'failed' ELSE status END,
         reason = CASE WHEN failures + 1 >= $4 THEN 'could not be worked after ' || (failures + 1) || ' tries: ' || $2 ELSE reason END
       WHERE id = $1 AND status = 'received'`,
      [id, code, delayMs / 1000, limit],
    );
  }

  /** A person has mended what was in the way: worked anew, with all its tries. False: it has not failed, or its body is gone. */
  async retry(id: string, actor: string): Promise<boolean> {
    const [rows] = (await this.dataSource.query(
      `UPDATE app.inbox SET status = 'received', failures = 0, attempts = 0, next_try_at = now(), reason = NULL, retried_by = $2
       WHERE id = $1 AND status = 'failed' AND body IS NOT NULL RETURNING id`,
      [id, actor],
    )) as [unknown[], number];
    return rows.length > 0;
  }

  /** What waits for a person, oldest first; `after` is the cursor of the page before. */
  async forPeople(status: 'needs-person' | 'failed', { after = 0, limit }: { readonly after?: number; readonly limit: number }): Promise<InboxPage> {
    const rows: (Row & { seq: string })[] = await this.dataSource.query(
      `SELECT id, seq, source, received_at, status, case_ids, reason, pointers FROM app.inbox
       WHERE status = $1 AND status IN ('needs-person', 'failed') AND seq > $2 ORDER BY seq LIMIT $3`,
      [status, after, limit + 1],
    );
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return { items: rows.slice(0, limit).map(entryOf), ...(last ? { next: Number(last.seq) } : {}) };
  }

  waiting(): Promise<number> {
    return this.count('received');
  }

  failed(): Promise<number> {
    return this.count('failed');
  }

  private async count(status: InboxEntry['status']): Promise<number> {
    const rows: { count: string }[] = await this.dataSource.query(`SELECT count(*) FROM app.inbox WHERE status = $1`, [status]);
    return Number(rows[0]?.count ?? 0);
  }
}
