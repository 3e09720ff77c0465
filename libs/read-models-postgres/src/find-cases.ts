import { NotThereYet, caughtUp } from '@handover/event-store-postgres';
import type { CaseRow } from '@handover/read-models';
import type { DataSource } from 'typeorm';
import { caseList } from './case-list.ts';

interface Row {
  id: string;
  kind: string;
  phase: string;
  person_ref: string | null;
  number: string | null;
  office: string | null;
  waiting_on: string | null;
  due: Date | null;
  attention: boolean;
  closed: boolean;
  open_task: boolean;
  mentions: string[];
  version: string;
  opened_at: Date;
}

/** All but `state`, which is large and only for what follows the log. */
const SHOWN = 'id, kind, phase, person_ref, number, office, waiting_on, due, attention, closed, open_task, mentions, version, opened_at';

export interface CaseFilter {
  readonly kind?: string | undefined;
  readonly phase?: string | undefined;
  readonly waitingOn?: string | undefined;
  readonly personRef?: string | undefined;
  readonly number?: string | undefined;
  readonly attention?: boolean | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly cursor?: string;
}

/** A plan does not wait for longer. */
const PATIENCE_MS = 2_000;

/** The cursor was not made by us. */
export class BadCursor extends Error {}

/** Cases as the log knows them, usually some 100 ms behind what was said last; `Cases` of case-service knows one at once. */
export class CaseRows {
  constructor(private readonly dataSource: DataSource) {}

  /** Waits until the list shows what was committed until now; false where it has not come so far within that time. */
  async upToNow(withinMs: number): Promise<boolean> {
    try {
      await caughtUp(this.dataSource, caseList.name, withinMs);
      return true;
    } catch (error) {
      if (error instanceof NotThereYet) return false;
      throw error;
    }
  }

  async ofPerson(personRef: string): Promise<readonly CaseRow[]> {
    const rows: Row[] = await this.dataSource.query(`SELECT ${SHOWN} FROM read.case_row WHERE person_ref = $1 ORDER BY opened_at, id`, [personRef]);
    return rows.map(caseRow);
  }

  /** Ids of open cases in a phase, the oldest first. */
  async idsIn(kind: string, phase: string): Promise<readonly string[]> {
    const rows: { id: string }[] = await this.dataSource.query(
      'SELECT id FROM read.case_row WHERE kind = $1 AND phase = $2 AND NOT closed ORDER BY opened_at',
      [kind, phase],
    );
    return rows.map((row) => row.id);
  }

  /** Ids of open cases whose terms name the person beside their own. */
  async mentioning(personRef: string): Promise<readonly string[]> {
    const rows: { id: string }[] = await this.dataSource.query(
      `SELECT id FROM read.case_row WHERE NOT closed AND mentions <> '{}' AND mentions @> ARRAY[$1]::text[] ORDER BY opened_at`,
      [personRef],
    );
    return rows.map((row) => row.id);
  }

  /**
   * The same, of everything that was committed until now: waits for the list, and where that stands still asks the events
   * themselves, which reads them all. May name a case that no longer mentions the person.
   */
  async mentioningNow(personRef: string, withinMs = PATIENCE_MS): Promise<readonly string[]> {
    if (await this.upToNow(withinMs)) return this.mentioning(personRef);
    const rows: { id: string }[] = await this.dataSource.query(
      `SELECT DISTINCT substr(stream_id, 6) AS id FROM ev.event
       WHERE stream_id LIKE 'case/%' AND type IN ('CaseOpened', 'TermsChanged') AND position(convert_to($1, 'UTF8') IN body) > 0`,
      [personRef],
    );
    return rows.map((row) => row.id);
  }

  /** Ids of open cases in which a task waits for a person, the oldest first. */
  async withOpenTasks(): Promise<readonly string[]> {
    const rows: { id: string }[] = await this.dataSource.query('SELECT id FROM read.case_row WHERE open_task ORDER BY opened_at');
    return rows.map((row) => row.id);
  }

  /** Open cases that were opened at least so long ago, the oldest first. */
  async open(olderThanMs: number): Promise<readonly CaseRow[]> {
    const rows: Row[] = await this.dataSource.query(
      `SELECT ${SHOWN} FROM read.case_row WHERE NOT closed AND opened_at <= now() - make_interval(secs => $1) ORDER BY opened_at`,
      [olderThanMs / 1000],
    );
    return rows.map(caseRow);
  }

  /** Newest first. @throws BadCursor */
  async list(filter: CaseFilter, { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number }): Promise<Page<CaseRow>> {
    const after = cursor === undefined ? [null, null] : readCursor(cursor);
    const rows: Row[] = await this.dataSource.query(
      `SELECT ${SHOWN} FROM read.case_row
       WHERE ($1::text IS NULL OR kind = $1) AND ($2::text IS NULL OR phase = $2) AND ($3::text IS NULL OR waiting_on = $3)
         AND ($4::text IS NULL OR person_ref = $4) AND ($5::boolean IS NULL OR attention = $5)
         AND ($6::timestamptz IS NULL OR (opened_at, id) < ($6::timestamptz, $7::uuid)) AND ($9::text IS NULL OR number = $9)
       ORDER BY opened_at DESC, id DESC LIMIT $8`,
      [
        filter.kind ?? null,
        filter.phase ?? null,
        filter.waitingOn ?? null,
        filter.personRef ?? null,
        filter.attention ?? null,
        ...after,
        limit + 1,
        filter.number ?? null,
      ],
    );
    const items = rows.slice(0, limit).map(caseRow);
    const last = items[items.length - 1];

    return rows.length > limit && last ? { items, cursor: Buffer.from(`${last.openedAt} ${last.id}`).toString('base64url') } : { items };
  }
}

const readCursor = (cursor: string): [string, string] => {
  const [at, id] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  if (!at || !id || Number.isNaN(Date.parse(at)) || !/^[0-9a-f-]{36}$/.test(id)) throw new BadCursor('the cursor is not one of ours');
  return [at, id];
};

const caseRow = (row: Row): CaseRow => ({
  id: row.id,
  kind: row.kind,
  phase: row.phase,
  personRef: row.person_ref,
  number: row.number,
  office: row.office,
  waitingOn: row.waiting_on,
  due: row.due?.toISOString() ?? null,
  attention: row.attention,
  closed: row.closed,
  openTask: row.open_task,
  mentions: row.mentions,
  version: Number(row.version),
  openedAt: row.opened_at.toISOString(),
});
