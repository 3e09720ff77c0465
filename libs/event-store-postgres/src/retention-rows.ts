import type { DataSource } from 'typeorm';
import type { Inbox, InboxEntry } from './inbox.ts';

interface Silent {
  readonly personRef: string;
  /** ISO instant of the last event about the person or a case of theirs. */
  readonly lastAt: string;
}

interface SilentRow {
  person_ref: string;
  last_at: Date;
}

const silentOf = ({ person_ref, last_at }: SilentRow): Silent => ({ personRef: person_ref, lastAt: last_at.toISOString() });

/** Out of the record itself, and not out of what follows it: who is spoken of this very moment is not silent. */
const SILENT = `SELECT k.subject AS person_ref, greatest(p.last_at, c.last_at) AS last_at
  FROM ev.subject_key k
  CROSS JOIN LATERAL (SELECT max(e.recorded_at) AS last_at FROM ev.event e WHERE e.stream_id = 'person/' || k.subject) p
  CROSS JOIN LATERAL (SELECT max(e.recorded_at) AS last_at FROM ev.event b JOIN ev.event e ON e.stream_id = 'case/' || (convert_from(b.body, 'UTF8')::json ->> 'caseId')
    WHERE b.stream_id = 'person/' || k.subject AND b.type = 'CaseBegan') c
  WHERE k.destroyed_at IS NULL AND p.last_at IS NOT NULL AND greatest(p.last_at, c.last_at) < $1`;

/** What retention looks at and what it takes away; the rules are elsewhere. */
export class RetentionRows {
  constructor(
    private readonly dataSource: DataSource,
    private readonly inbox: Inbox,
    /** Keys that are looked at in one statement. */
    private readonly portion = 1_000,
  ) {}

  /** Persons whose key lives and about whom nothing was said since. By key and not by silence: a portion reads no more keys than it has. */
  async *silentSince(before: string): AsyncGenerator<Silent> {
    for (let after = ''; ;) {
      const keys: { subject: string }[] = await this.dataSource.query(
        `SELECT subject FROM ev.subject_key WHERE destroyed_at IS NULL AND subject > $1 ORDER BY subject LIMIT $2`,
        [after, this.portion],
      );
      const rows: SilentRow[] = await this.dataSource.query(`${SILENT} AND k.subject = ANY($2)`, [before, keys.map((key) => key.subject)]);
      yield* rows.map(silentOf);
      const last = keys[keys.length - 1];
      if (!last) return;
      after = last.subject;
    }
  }

  /** The longest silent, and how many there are in all. */
  async longestSilent(before: string, limit: number): Promise<{ readonly silent: number; readonly first: readonly Silent[] }> {
    const rows: (SilentRow & { silent: string })[] = await this.dataSource.query(
      `SELECT *, count(*) OVER () AS silent FROM (${SILENT}) s ORDER BY last_at, person_ref LIMIT $2`,
      [before, limit],
    );
    return { silent: Number(rows[0]?.silent ?? 0), first: rows.map(silentOf) };
  }

  /** Closed cases about numbers whose key lives and in which nothing happened since, or which a restored backup brought back. */
  async *silentNumberCases(before: string): AsyncGenerator<{ readonly caseId: string; readonly lastAt: string }> {
    for (let after = ''; ;) {
      const keys: { subject: string }[] = await this.dataSource.query(
        `SELECT subject FROM ev.subject_key WHERE destroyed_at IS NULL AND subject LIKE 'case/%' AND subject > $1 ORDER BY subject LIMIT $2`,
        [after, this.portion],
      );
      const rows: { id: string; last_at: Date }[] = await this.dataSource.query(
        `SELECT substr(s.stream, 6) AS id, l.last_at FROM unnest($2::text[]) s (stream)
         CROSS JOIN LATERAL (SELECT max(e.recorded_at) AS last_at, bool_or(e.type = 'CaseClosed') AS is_closed, bool_or(e.type = 'RetentionApplied') AS is_over
           FROM ev.event e WHERE e.stream_id = s.stream) l
         WHERE l.is_closed AND (l.last_at < $1 OR l.is_over) ORDER BY s.stream`,
        [before, keys.map((key) => key.subject)],
      );
      for (const { id, last_at } of rows) yield { caseId: id, lastAt: last_at.toISOString() };
      const last = keys[keys.length - 1];
      if (!last) return;
      after = last.subject;
    }
  }

  async keysAlive(): Promise<number> {
    return this.count(
      `SELECT count(*) FROM ev.subject_key k WHERE k.destroyed_at IS NULL AND EXISTS (SELECT 1 FROM ev.event e WHERE e.stream_id = 'person/' || k.subject AND e.version = 1)`,
    );
  }

  /** Bodies of webhooks that nobody could work, older than that. */
  bodiesBefore(before: string): AsyncIterable<readonly (InboxEntry & { readonly body: unknown })[]> {
    return this.inbox.portions({ settledBefore: before });
  }

  /** Persons who are or were under a legal hold, their own or that of a case of theirs; few, and read by an index of their own. */
  async everHeld(): Promise<readonly string[]> {
    const rows: { person_ref: string }[] = await this.dataSource.query(
      `SELECT DISTINCT h.person_ref FROM (
         SELECT CASE WHEN e.stream_id LIKE 'person/%' THEN substr(e.stream_id, 8) ELSE convert_from(o.body, 'UTF8')::json ->> 'personRef' END AS person_ref
         FROM ev.event e LEFT JOIN ev.event o ON o.stream_id = e.stream_id AND o.version = 1 AND o.type = 'CaseOpened'
         WHERE e.type LIKE 'LegalHold%') h WHERE h.person_ref IS NOT NULL`,
    );
    return rows.map((row) => row.person_ref);
  }

  /** An entry stays and says that its body is gone; nobody waits to try again what is not there. */
  async purgeBodies(ids: readonly string[]): Promise<number> {
    const [, count] = (await this.dataSource.query(
      `UPDATE app.inbox SET body = NULL, status = CASE status WHEN 'failed' THEN 'ignored' ELSE status END,
         reason = coalesce(reason || '; ', '') || 'what was sent is deleted: its time is over'
       WHERE body IS NOT NULL AND status <> 'received' AND id = ANY($1::uuid[])`,
      [ids],
    )) as [unknown, number];
    return count;
  }

  /** Answers are promised for 24 hours. */
  async oldAnswers(): Promise<number> {
    return this.count(`SELECT count(*) FROM app.idempotency_key WHERE created_at < now() - interval '24 hours'`);
  }

  async purgeAnswers(): Promise<number> {
    const [, count] = (await this.dataSource.query(`DELETE FROM app.idempotency_key WHERE created_at < now() - interval '24 hours'`)) as [unknown, number];
    return count;
  }

  private async count(sql: string, values: readonly unknown[] = []): Promise<number> {
    const rows: { count: string }[] = await this.dataSource.query(sql, [...values]);
    return Number(rows[0]?.count ?? 0);
  }
}

/** True for one caller in every so many ms, whoever asks. */
export const isRetentionDue = async (dataSource: DataSource, everyMs: number): Promise<boolean> => {
  const [, count] = (await dataSource.query(`UPDATE app.retention_run SET next_at = now() + $1 * interval '1 ms' WHERE next_at <= now()`, [everyMs])) as [
    unknown,
    number,
  ];
  return count > 0;
};
