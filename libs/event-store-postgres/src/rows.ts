import type { CaseRow, JsonObject } from '@handover/event-store';
import type { DataSource } from 'typeorm';

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
  version: string;
  view: JsonObject;
  opened_at: Date;
}

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

/** The cursor was not made by us. */
export class BadCursor extends Error {}

export class CaseRows {
  constructor(private readonly dataSource: DataSource) {}

  async get(id: string): Promise<CaseRow | null> {
    const rows: Row[] = await this.dataSource.query('SELECT * FROM app.case_row WHERE id = $1', [id]);
    return rows[0] ? caseRow(rows[0]) : null;
  }

  async ofPerson(personRef: string): Promise<readonly CaseRow[]> {
    const rows: Row[] = await this.dataSource.query('SELECT * FROM app.case_row WHERE person_ref = $1 ORDER BY opened_at, id', [personRef]);
    return rows.map(caseRow);
  }

  /** Ids of open cases in a phase, the oldest first. */
  async idsIn(kind: string, phase: string): Promise<readonly string[]> {
    const rows: { id: string }[] = await this.dataSource.query('SELECT id FROM app.case_row WHERE kind = $1 AND phase = $2 AND NOT closed ORDER BY opened_at', [
      kind,
      phase,
    ]);
    return rows.map((row) => row.id);
  }

  /** Ids of open cases whose terms name the person beside their own. */
  async mentioning(personRef: string): Promise<readonly string[]> {
    const rows: { id: string }[] = await this.dataSource.query(
      `SELECT id FROM app.case_row WHERE NOT closed AND mentions <> '[]' AND mentions ? $1 ORDER BY opened_at`,
      [personRef],
    );
    return rows.map((row) => row.id);
  }

  /** Ids of open cases in which a task waits for a person, the oldest first. */
  async withOpenTasks(): Promise<readonly string[]> {
    const rows: { id: string }[] = await this.dataSource.query(
      `SELECT id FROM app.case_row WHERE NOT closed AND attention
         AND view @? '$.steps[*] ? (exists(@.task) && (@.status == "blocked" || @.status == "contradicted"))' ORDER BY opened_at`,
    );
    return rows.map((row) => row.id);
  }

  /** Open cases that were opened at least so long ago, the oldest first. */
  async open(olderThanMs: number): Promise<readonly CaseRow[]> {
    const rows: Row[] = await this.dataSource.query(
      'SELECT * FROM app.case_row WHERE NOT closed AND opened_at <= now() - make_interval(secs => $1) ORDER BY opened_at',
      [olderThanMs / 1000],
    );
    return rows.map(caseRow);
  }

  /** Newest first. @throws BadCursor */
  async list(filter: CaseFilter, { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number }): Promise<Page<CaseRow>> {
    const after = cursor === undefined ? [null, null] : readCursor(cursor);
    const rows: Row[] = await this.dataSource.query(
      `SELECT * FROM app.case_row
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
  version: Number(row.version),
  view: row.view,
  openedAt: row.opened_at.toISOString(),
});

export class People {
  constructor(private readonly dataSource: DataSource) {}

  async find(index: string): Promise<string | null> {
    const rows: { person_ref: string }[] = await this.dataSource.query('SELECT person_ref FROM app.person_index WHERE index = $1', [index]);
    return rows[0]?.person_ref ?? null;
  }
}
