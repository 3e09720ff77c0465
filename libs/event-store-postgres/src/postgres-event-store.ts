import {
  EventStoreError,
  canonicalJson,
  type Append,
  type CaseRow,
  type Committed,
  type EventMeta,
  type EventStore,
  type JsonObject,
  type PersonIndexEntry,
  type SideWrites,
  type StoredEvent,
} from '@handover/event-store';
import { PersonErased, type Keyring, type Sealed } from '@handover/privacy';
import type { DataSource, QueryRunner } from 'typeorm';
import { pgError } from './pg-error.ts';

interface EventRow {
  readonly event_id: string;
  readonly version: string;
  readonly type: string;
  readonly schema_version: number;
  readonly recorded_at: Date;
  readonly body: Buffer;
  readonly meta: Buffer;
  readonly key_id: string | null;
  readonly sealed: Buffer | null;
}

const READ = `SELECT event_id, version, type, schema_version, recorded_at, body, meta, key_id, sealed FROM ev.event WHERE stream_id = $1 AND version > $2 ORDER BY version`;
const APPEND = `SELECT last_version, already FROM ev.append($1, $2, $3::uuid[], $4::text[], $5::int[], $6::bytea[], $7::bytea[], $8::uuid[], $9::bytea[])`;

/** An append as the database takes it, personal parts sealed. */
interface PreparedAppend {
  readonly stream: string;
  readonly expected: number;
  readonly values: readonly unknown[];
}

/** The record on PostgreSQL: personal parts are sealed before they leave the process, and one commit is one transaction. */
export class PostgresEventStore implements EventStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keyring: Keyring,
  ) {}

  async read(stream: string, after = 0): Promise<readonly StoredEvent[]> {
    const rows: EventRow[] = await this.dataSource.query(READ, [stream, after]);
    return Promise.all(rows.map((row) => this.opened(stream, row)));
  }

  async commit(appends: readonly Append[], side: SideWrites = {}): Promise<Committed> {
    const sorted = [...appends].sort((a, b) => (a.stream < b.stream ? -1 : 1)); // one lock order for all
    // Before a connection is held: sealing may need one of its own, and who holds one while waiting for another can
    // wait for ever once all are held.
    const ready = await Promise.all(sorted.map((append) => this.prepared(append)));
    const runner = this.dataSource.createQueryRunner();
    await runner.connect();
    try {
      await runner.startTransaction();
      const committed = await this.appendAll(runner, ready);
      if (!committed.already) await writeSide(runner, side);
      await runner.commitTransaction();
      for (const person of side.destroyKeysOf ?? []) this.keyring.forget(person);

      return committed;
    } catch (error) {
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      if (error instanceof EventStoreError && error.code === 'erased') this.forgetAll(appends);
      throw error;
    } finally {
      await runner.release();
    }
  }

  private forgetAll(appends: readonly Append[]): void {
    for (const event of appends.flatMap((append) => append.events)) if (event.personal) this.keyring.forget(event.personal.person);
  }

  private async appendAll(runner: QueryRunner, appends: readonly PreparedAppend[]): Promise<Committed> {
    const versions: Record<string, number> = {};
    const known: boolean[] = [];
    for (const append of appends) {
      const { version, already } = await this.append(runner, append);
      versions[append.stream] = version;
      known.push(already);
    }
    const already = known.length > 0 && known.every(Boolean);
    // Part of it was known: what we decided on is not what is there.
    const half = known.findIndex(Boolean);
    if (!already && half >= 0) throw new EventStoreError('id-reused', appends[half]?.stream ?? '');

    return { versions, already };
  }

  private async prepared({ stream, expected, events }: Append): Promise<PreparedAppend> {
    try {
      const sealed = await Promise.all(events.map((event) => this.sealed(stream, event)));
      return {
        stream,
        expected,
        values: [
          events.map((event) => event.id),
          events.map((event) => event.type),
          events.map((event) => event.schema),
          events.map((event) => Buffer.from(canonicalJson(event.data))),
          events.map((event) => Buffer.from(canonicalJson(event.meta))),
          sealed.map((each) => each?.keyId ?? null),
          sealed.map((each) => each?.bytes ?? null),
        ],
      };
    } catch (error) {
      throw translated(error, stream, expected);
    }
  }

  private async append(runner: QueryRunner, { stream, expected, values }: PreparedAppend): Promise<{ version: number; already: boolean }> {
    try {
      const [row] = (await runner.query(APPEND, [stream, expected, ...values])) as { last_version: string; already: boolean }[];
      return { version: Number(row?.last_version), already: row?.already ?? false };
    } catch (error) {
      throw translated(error, stream, expected);
    }
  }

  private async sealed(stream: string, event: Append['events'][number]): Promise<Sealed | null> {
    if (!event.personal) return null;
    try {
      return await this.keyring.seal(event.personal.person, { eventId: event.id, stream, type: event.type }, canonicalJson(event.personal.data));
    } catch (error) {
      const stored = error instanceof PersonErased ? await this.storedSeal(event.id) : null;
      if (!stored) throw error;
      return stored;
    }
  }

  /** A repetition that comes after the erasure cannot be sealed again to be compared: what is stored under its id is what it was. */
  private async storedSeal(eventId: string): Promise<Sealed | null> {
    const rows: { key_id: string | null; sealed: Buffer | null }[] = await this.dataSource.query('SELECT key_id, sealed FROM ev.event WHERE event_id = $1', [
      eventId,
    ]);
    const [row] = rows;
    return row?.key_id && row.sealed ? { keyId: row.key_id, bytes: row.sealed } : null;
  }

  private async opened(stream: string, row: EventRow): Promise<StoredEvent> {
    const event = {
      id: row.event_id,
      stream,
      version: Number(row.version),
      type: row.type,
      schema: row.schema_version,
      recordedAt: row.recorded_at.toISOString(),
      data: JSON.parse(row.body.toString('utf8')) as JsonObject,
      meta: JSON.parse(row.meta.toString('utf8')) as EventMeta,
    };
    if (row.key_id === null || row.sealed === null) return event;
    const { person, plain } = await this.keyring.open(row.key_id, { eventId: row.event_id, stream, type: row.type }, row.sealed);

    return { ...event, personal: plain === null ? { person, erased: true } : { person, data: JSON.parse(plain) as JsonObject } };
  }
}

const translated = (error: unknown, stream: string, expected: number): unknown => {
  if (error instanceof PersonErased) return new EventStoreError('erased', stream);
  const { code, detail } = pgError(error);
  if (code === 'ES001') return new EventStoreError('conflict', stream, { actual: Number(detail), expected });
  if (code === 'ES005') return new EventStoreError('erased', stream);
  if (code === 'ES002' || code === '23505') return new EventStoreError('id-reused', stream);
  // A deadlock or a serialization failure is a lost race like any other.
  if (code === '40P01' || code === '40001') return new EventStoreError('conflict', stream, { expected });

  return error;
};

const writeSide = async (runner: QueryRunner, side: SideWrites): Promise<void> => {
  for (const row of side.cases ?? []) await runner.query(UPSERT_CASE, caseValues(row));
  for (const message of side.outbox ?? []) await runner.query('INSERT INTO app.outbox (case_id, kind) VALUES ($1, $2)', [message.caseId, message.kind]);
  for (const entry of side.people ?? []) await indexPerson(runner, entry);
  if (side.inbox) {
    const { id, status, caseIds, reason, pointers } = side.inbox;
    const purge = status === 'processed' || status === 'ignored';
    await runner.query(
      `UPDATE app.inbox SET status = $2, case_ids = $3::uuid[], reason = $4, pointers = $5::text[], body = CASE WHEN $6 THEN NULL ELSE body END WHERE id = $1`,
      [id, status, caseIds, reason, pointers, purge],
    );
  }
  if (side.purgeInbox && side.purgeInbox.length > 0) await runner.query(PURGE_INBOX, [side.purgeInbox]);
  for (const person of side.destroyKeysOf ?? []) {
    await runner.query('SELECT ev.destroy_key($1)', [person]);
    await runner.query('DELETE FROM app.person_index WHERE person_ref = $1', [person]);
    await runner.query('DELETE FROM app.idempotency_key WHERE person_ref = $1', [person]);
  }
};

/** @throws EventStoreError `conflict` when somebody else is found by it than was thought. */
const indexPerson = async (runner: QueryRunner, { index, personRef, over }: PersonIndexEntry): Promise<void> => {
  const onConflict =
    over === undefined
      ? 'DO NOTHING'
      : `(index) DO UPDATE SET person_ref = excluded.person_ref${over === 'anybody' ? '' : ' WHERE app.person_index.person_ref = $3'}`;
  const written: unknown[] = await runner.query(`INSERT INTO app.person_index (index, person_ref) VALUES ($1, $2) ON CONFLICT ${onConflict} RETURNING index`, [
    index,
    personRef,
    ...(over === undefined || over === 'anybody' ? [] : [over.personRef]),
  ]);
  if (written.length === 0) throw new EventStoreError('conflict', `person/${personRef}`); // somebody met this person first
};
/** Nobody can work what has no body any more. */
const PURGE_INBOX = `UPDATE app.inbox SET body = NULL, status = 'ignored', reason = 'the person it was about is erased', pointers = '{}' WHERE id = ANY($1::uuid[]) AND status <> 'received'`;

const UPSERT_CASE = `INSERT INTO app.case_row (id, kind, phase, person_ref, office, waiting_on, due, attention, closed, version, view, opened_at, number)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
  ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, office = excluded.office, waiting_on = excluded.waiting_on, due = excluded.due,
    attention = excluded.attention, closed = excluded.closed, version = excluded.version, view = excluded.view
  WHERE app.case_row.version < excluded.version`;

const caseValues = (row: CaseRow): unknown[] => [
  row.id,
  row.kind,
  row.phase,
  row.personRef,
  row.office,
  row.waitingOn,
  row.due,
  row.attention,
  row.closed,
  row.version,
  JSON.stringify(row.view),
  row.openedAt,
  row.number,
];
