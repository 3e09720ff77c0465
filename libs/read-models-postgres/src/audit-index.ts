import type { LoggedEvent } from '@handover/event-store';
import type { Db, Projection, Tables } from '@handover/event-store-postgres';
import type { DataSource } from 'typeorm';
import { columns } from './columns.ts';

type AuditTables = Tables<'audit_entry' | 'audit_case'>;

/** Which events are about what: everything an auditor filters by, and nothing personal. */
export const auditIndex: Projection<'audit_entry' | 'audit_case'> = {
  name: 'audit-index',
  version: 4,
  tables: ['audit_entry', 'audit_case'],
  create: async (db, { audit_entry, audit_case }) => {
    await db.query(`CREATE TABLE ${audit_case} (case_id text PRIMARY KEY, kind text NOT NULL, person_ref text)`);
    await db.query(`CREATE TABLE ${audit_entry} (
      position bigint PRIMARY KEY, recorded_at timestamptz NOT NULL, stream text NOT NULL, version bigint NOT NULL, type text NOT NULL,
      case_id text, kind text, person_ref text, actor text NOT NULL, on_behalf_of text, channel text NOT NULL, step text
    )`);
    await db.query(`CREATE INDEX ON ${audit_entry} (case_id) WHERE kind IS NULL AND case_id IS NOT NULL`); // what was told before its case
  },
  index: async (db, { audit_entry }) => {
    for (const column of ['case_id', 'person_ref', 'actor', 'kind', 'type', 'recorded_at'])
      await db.query(`CREATE INDEX ON ${audit_entry} (${column}, position)`);
  },
  apply: async (events, db, tables) => {
    await openCases(events, db, tables);
    await addEntries(events, db, tables);
  },
};

/** An event of a case or of the company may come before the one that says whose case it is: then it is told afterwards. */
const openCases = async (events: readonly LoggedEvent[], db: Db, { audit_entry, audit_case }: AuditTables): Promise<void> => {
  const opened = events.filter((event) => event.type === 'CaseOpened').map((event) => [event.meta.caseId, event.data['kind'], event.data['personRef']]);
  if (opened.length === 0) return;
  await db.query(`INSERT INTO ${audit_case} SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING`, columns(opened, 3));
  await db.query(
    `UPDATE ${audit_entry} e SET kind = c.kind, person_ref = coalesce(e.person_ref, c.person_ref)
     FROM ${audit_case} c WHERE c.case_id = e.case_id AND e.case_id = ANY ($1) AND e.kind IS NULL AND e.case_id IS NOT NULL`,
    [opened.map(([caseId]) => caseId)],
  );
};

const addEntries = async (events: readonly LoggedEvent[], db: Db, { audit_entry, audit_case }: AuditTables): Promise<void> => {
  const rows = events.map(({ position, recordedAt, stream, version, type, meta, data }) => [
    position,
    recordedAt,
    stream,
    version,
    type,
    meta.caseId ?? null,
    stream.startsWith('person/') ? stream.slice('person/'.length) : null,
    meta.actor,
    meta.onBehalfOf ?? null,
    meta.channel,
    typeof data['step'] === 'string' ? data['step'] : null,
  ]);
  await db.query(
    `INSERT INTO ${audit_entry} (position, recorded_at, stream, version, type, case_id, kind, person_ref, actor, on_behalf_of, channel, step)
     SELECT u.position, u.at, u.stream, u.version, u.type, u.case_id, c.kind, coalesce(u.person_ref, c.person_ref), u.actor, u.on_behalf_of, u.channel, u.step
     FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
       AS u (position, at, stream, version, type, case_id, person_ref, actor, on_behalf_of, channel, step)
     LEFT JOIN ${audit_case} c ON c.case_id = u.case_id`,
    columns(rows, 11),
  );
};

export interface AuditFilter {
  readonly caseId?: string | undefined;
  readonly personRef?: string | undefined;
  readonly actor?: string | undefined;
  readonly onBehalfOf?: string | undefined;
  /** Of the case: `joiner`, `leaver`, `mover`. */
  readonly kind?: string | undefined;
  readonly type?: string | undefined;
  readonly channel?: string | undefined;
  readonly step?: string | undefined;
  /** ISO instants; `to` is exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface AuditEntry {
  readonly position: number;
  readonly recordedAt: string;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly caseId: string | null;
  readonly kind: string | null;
  readonly personRef: string | null;
  readonly actor: string;
  readonly onBehalfOf: string | null;
  readonly channel: string;
  readonly step: string | null;
}

/** Which way to read on from where: `before` newest first, `after` in log order; both exclusive. */
export type AuditPage = ({ readonly before: number } | { readonly after: number }) & { readonly limit: number };

const CONDITIONS: Readonly<Record<keyof AuditFilter, string>> = {
  caseId: 'case_id =',
  personRef: 'person_ref =',
  actor: 'actor =',
  onBehalfOf: 'on_behalf_of =',
  kind: 'kind =',
  type: 'type =',
  channel: 'channel =',
  step: 'step =',
  from: 'recorded_at >=',
  to: 'recorded_at <',
};

export const findAudit = async (dataSource: DataSource, filter: AuditFilter, page: AuditPage): Promise<readonly AuditEntry[]> => {
  const given = (Object.keys(CONDITIONS) as (keyof AuditFilter)[]).filter((name) => filter[name] !== undefined);
  const back = 'before' in page;
  const rows: Row[] = await dataSource.query(
    `SELECT * FROM read.audit_entry WHERE position ${back ? '<' : '>'} $1 ${given.map((name, index) => `AND ${CONDITIONS[name]} $${index + 3}`).join(' ')}
     ORDER BY position ${back ? 'DESC' : 'ASC'} LIMIT $2`,
    [back ? page.before : page.after, page.limit, ...given.map((name) => filter[name])],
  );
  return rows.map(entryOf);
};

interface Row {
  readonly position: string;
  readonly recorded_at: Date;
  readonly stream: string;
  readonly version: string;
  readonly type: string;
  readonly case_id: string | null;
  readonly kind: string | null;
  readonly person_ref: string | null;
  readonly actor: string;
  readonly on_behalf_of: string | null;
  readonly channel: string;
  readonly step: string | null;
}

const entryOf = (row: Row): AuditEntry => ({
  position: Number(row.position),
  recordedAt: row.recorded_at.toISOString(),
  stream: row.stream,
  version: Number(row.version),
  type: row.type,
  caseId: row.case_id,
  kind: row.kind,
  personRef: row.person_ref,
  actor: row.actor,
  onBehalfOf: row.on_behalf_of,
  channel: row.channel,
  step: row.step,
});
