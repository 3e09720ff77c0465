import type { NumberEntry, NumberRecord } from '@handover/read-models';
import type { DataSource } from 'typeorm';
import { placeOf, recordOf, type RecordRow } from './number-provenance.ts';

/** References of persons where the record knows which person a Dialpad user is. */
export interface KnownNumber extends NumberRecord {
  readonly holderPerson: string | null;
  readonly lastPerson: string | null;
}

export interface KnownEntry extends NumberEntry {
  readonly fromPerson: string | null;
  readonly toPerson: string | null;
}

const SELECT = `SELECT r.*, h.to_person AS holder_person, l.from_person AS last_person FROM read.number_record r
  LEFT JOIN read.number_entry h ON h.number = r.number AND h.line = r.lines
  LEFT JOIN LATERAL (SELECT from_person FROM read.number_entry e WHERE e.number = r.number AND e.from_id = r.last_id ORDER BY e.line DESC LIMIT 1) l ON true`;

type KnownRow = RecordRow & { readonly holder_person: string | null; readonly last_person: string | null };

const knownOf = (row: KnownRow): KnownNumber => ({ ...recordOf(row), holderPerson: row.holder_person, lastPerson: row.last_person });

export interface NumberFilter {
  /** Dialpad's word; `available` is in the reserved pool. */
  readonly status?: string | undefined;
  readonly officeId?: string | undefined;
}

/** In the order of the numbers; `after` is the last one of the page before. */
export const findNumbers = async (
  dataSource: DataSource,
  { status, officeId }: NumberFilter,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<readonly KnownNumber[]> => {
  const rows: KnownRow[] = await dataSource.query(
    `${SELECT} WHERE ($1::text IS NULL OR r.status = $1) AND ($2::text IS NULL OR r.office_id = $2) AND ($3::text IS NULL OR r.number > $3)
     ORDER BY r.number LIMIT $4`,
    [status ?? null, officeId ?? null, page.after ?? null, page.limit],
  );
  return rows.map(knownOf);
};

export const findNumber = async (dataSource: DataSource, number: string): Promise<KnownNumber | null> => {
  const rows: KnownRow[] = await dataSource.query(`${SELECT} WHERE r.number = $1`, [number]);
  return rows[0] ? knownOf(rows[0]) : null;
};

/** Oldest first. */
export const historyOf = async (dataSource: DataSource, number: string): Promise<readonly KnownEntry[]> => {
  const rows: EntryRow[] = await dataSource.query('SELECT * FROM read.number_entry WHERE number = $1 ORDER BY line', [number]);
  return rows.map((row) => ({
    at: row.at.toISOString(),
    why: row.why,
    caseId: row.case_id,
    officeId: row.office_id,
    status: row.status,
    from: placeOf(row.from_type, row.from_id),
    to: placeOf(row.to_type, row.to_id),
    fromPerson: row.from_person,
    toPerson: row.to_person,
  }));
};

/** Whoever has the number, or had it last, where that was a person whom the record knows. */
export const lastPersonOf = async (dataSource: DataSource, number: string): Promise<string | null> => {
  const known = await findNumber(dataSource, number);
  return known?.holderPerson ?? known?.lastPerson ?? null;
};

interface EntryRow {
  readonly at: Date;
  readonly why: string;
  readonly case_id: string | null;
  readonly office_id: string | null;
  readonly status: string;
  readonly from_type: string | null;
  readonly from_id: string | null;
  readonly from_person: string | null;
  readonly to_type: string | null;
  readonly to_id: string | null;
  readonly to_person: string | null;
}
