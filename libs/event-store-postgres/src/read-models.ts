import type { SubscriptionStatus } from '@handover/event-store';
import type { DataSource } from 'typeorm';
import { tablesOf, type Db, type Projection } from './projection.ts';
import { logSize, readLog } from './read-log.ts';
import { ROLES } from './roles.ts';
import { inTransaction } from './transaction.ts';

/** Any number: generations are begun by one process at a time. */
const GENERATIONS_LOCK = 727_003;
/** A switch waits so long for readers of the old tables, and else comes back later: nobody queues behind it for longer. */
const SWITCH_PATIENCE = '500ms';

interface Row {
  readonly name: string;
  readonly generation: number;
  readonly version: number;
  readonly state: 'live' | 'building';
  /** As they were when the generation was begun; another version may have others. */
  readonly tables: readonly string[];
  readonly position: string;
  readonly indexed: boolean;
}

export interface ReadModelsOptions {
  /** Events in one transaction. */
  readonly batch?: number;
}

/** There is no such read model in this version of the program. */
export class UnknownReadModel extends Error {}

/**
 * Keeps read models up with the log. A generation is built in tables of its own and shown by views once it has caught up;
 * a process works only on generations of its own version, so that old and new code may run side by side during a deploy.
 */
export class ReadModels {
  readonly #batch: number;

  constructor(
    private readonly dataSource: DataSource,
    readonly projections: readonly Projection[],
    { batch = 1_000 }: ReadModelsOptions = {},
  ) {
    this.#batch = batch;
  }

  /** At every start: begins what is new or of an older version. On an empty log it is live at once. */
  async prepare(): Promise<void> {
    for (const projection of this.projections) {
      await this.#asApplication(async (db) => {
        await db.query('SELECT pg_advisory_xact_lock($1)', [GENERATIONS_LOCK]);
        const rows = await this.#rows(db, projection.name);
        const isNewer = rows.every((row) => row.version < projection.version);
        if (!isNewer) return;
        const { generation } = await this.#begin(db, projection, rows);
        if ((await logSize(db)) > 0) return;
        await this.#index(db, projection, generation);
        await this.#switch(db, projection, generation);
      });
    }
  }

  /** Begins a new generation beside the live one; one that is being built already goes on. @throws UnknownReadModel */
  async rebuild(name: string): Promise<{ readonly generation: number }> {
    const projection = this.#projection(name);
    return this.#asApplication(async (db) => {
      await db.query('SELECT pg_advisory_xact_lock($1)', [GENERATIONS_LOCK]);
      const rows = await this.#rows(db, name);
      const going = rows.find((row) => row.state === 'building' && row.version === projection.version);

      return going ? { generation: going.generation } : this.#begin(db, projection, rows);
    });
  }

  /** Applies the next batch; returns how many events that was, 0 when nothing is left. What another process works on is left to it. */
  async advance(name: string): Promise<number> {
    const projection = this.#projection(name);
    return (await this.#step(projection, 'live')) + (await this.#step(projection, 'building'));
  }

  /** Until nothing is left to apply. */
  async catchUp(): Promise<void> {
    for (const { name } of this.projections) while ((await this.advance(name)) > 0);
  }

  async status(): Promise<readonly SubscriptionStatus[]> {
    const rows: (Row & { at: Date; failure: string | null; failing_since: Date | null; size: string })[] = await this.dataSource.query(
      'SELECT s.*, l.size FROM read.subscription s, ev.log_state l ORDER BY name, generation',
    );
    return rows.map(({ name, state, version, generation, position, at, failure, failing_since, size }) => ({
      name,
      state,
      version,
      generation,
      position: Number(position),
      lag: Number(size) - Number(position),
      at: at.toISOString(),
      failure: failure === null ? null : { what: failure, since: (failing_since ?? at).toISOString() },
    }));
  }

  async #step(projection: Projection, state: Row['state']): Promise<number> {
    try {
      return await this.#asApplication(async (db) => {
        // Skipped, not waited for: whoever holds the row does the work.
        const [row] = await db.query<Row>('SELECT * FROM read.subscription WHERE name = $1 AND version = $2 AND state = $3 FOR UPDATE SKIP LOCKED', [
          projection.name,
          projection.version,
          state,
        ]);
        if (!row) return 0;
        const events = await readLog(db, Number(row.position), this.#batch);
        if (events.length > 0) {
          await projection.apply(events, db, tablesOf(projection, row.generation));
          await db.query(
            'UPDATE read.subscription SET position = position + $3, at = clock_timestamp(), failure = NULL, failing_since = NULL WHERE name = $1 AND generation = $2',
            [row.name, row.generation, events.length],
          );
        }
        if (state === 'live' || events.length === this.#batch) return events.length;
        // In a transaction of its own: a switch that has to come back later must not undo it.
        if (!row.indexed) {
          await this.#index(db, projection, row.generation);
          return Math.max(1, events.length);
        }
        await this.#switch(db, projection, row.generation);

        return events.length;
      });
    } catch (error) {
      await this.#failed(projection, state, error);
      if (isBusy(error)) return 0;
      throw error;
    }
  }

  /** Whoever is logged in, tables of read models belong to the application's role, so that every process may drop them. */
  #asApplication<T>(work: (db: Db) => Promise<T>): Promise<T> {
    return inTransaction(this.dataSource, work, { as: ROLES.app });
  }

  async #index(db: Db, projection: Projection, generation: number): Promise<void> {
    await db.query('SET LOCAL statement_timeout = 0'); // minutes, where there are many millions of rows
    await projection.index?.(db, tablesOf(projection, generation));
    await db.query('UPDATE read.subscription SET indexed = true WHERE name = $1 AND generation = $2', [projection.name, generation]);
  }

  /** The new generation becomes what readers see, and the old one goes, at one instant. */
  async #switch(db: Db, projection: Projection, generation: number): Promise<void> {
    await db.query(`SET LOCAL lock_timeout = '${SWITCH_PATIENCE}'`);
    const old = (await this.#rows(db, projection.name, true)).find((row) => row.state === 'live');
    if (old) await this.#discard(db, old);
    const tables = tablesOf(projection, generation);
    for (const table of projection.tables) await db.query(`CREATE VIEW read.${table} AS SELECT * FROM ${tables[table]}`);
    await db.query(`UPDATE read.subscription SET state = 'live', failure = NULL, failing_since = NULL WHERE name = $1 AND generation = $2`, [
      projection.name,
      generation,
    ]);
  }

  async #begin(db: Db, projection: Projection, rows: readonly Row[]): Promise<{ generation: number }> {
    const abandoned = rows.find((row) => row.state === 'building');
    if (abandoned) await this.#discard(db, abandoned);
    const generation = Math.max(0, ...rows.map((row) => row.generation)) + 1;
    const tables = tablesOf(projection, generation);
    await projection.create(db, tables);
    await db.query(`INSERT INTO read.subscription (name, generation, version, state, tables) VALUES ($1, $2, $3, 'building', $4)`, [
      projection.name,
      generation,
      projection.version,
      Object.values(tables),
    ]);

    return { generation };
  }

  /** With the views on its tables, if it was the live one. Views first, because readers take their locks in that order. */
  async #discard(db: Db, row: Row): Promise<void> {
    const views = await db.query<{ name: string }>(
      `SELECT format('read.%I', c.relname) AS name FROM pg_class c JOIN pg_rewrite r ON r.ev_class = c.oid JOIN pg_depend d ON d.objid = r.oid
       WHERE c.relkind = 'v' AND d.refobjid = ANY ($1::regclass[]) GROUP BY 1 ORDER BY 1`,
      [row.tables],
    );
    if (views.length > 0) await db.query(`DROP VIEW ${views.map(({ name }) => name).join(', ')}`);
    if (row.tables.length > 0) await db.query(`DROP TABLE ${row.tables.join(', ')} CASCADE`);
    await db.query('DELETE FROM read.subscription WHERE name = $1 AND generation = $2', [row.name, row.generation]);
  }

  async #rows(db: Db, name: string, lock = false): Promise<readonly Row[]> {
    return db.query<Row>(`SELECT * FROM read.subscription WHERE name = $1 ORDER BY generation ${lock ? 'FOR UPDATE' : ''}`, [name]);
  }

  async #failed(projection: Projection, state: Row['state'], error: unknown): Promise<void> {
    const what = error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 300) : 'unknown';
    await this.dataSource
      .query(
        `UPDATE read.subscription SET failure = $4, failing_since = coalesce(failing_since, clock_timestamp()) WHERE name = $1 AND version = $2 AND state = $3`,
        [projection.name, projection.version, state, what],
      )
      .catch(() => undefined); // the database is away: there is nowhere to say it but in what is thrown
  }

  #projection(name: string): Projection {
    const found = this.projections.find((each) => each.name === name);
    if (!found) throw new UnknownReadModel(`there is no read model ${name}; there are ${this.projections.map((each) => each.name).join(', ')}`);

    return found;
  }
}

/** 55P03: somebody reads the old tables for longer than a switch waits; 40P01: they met on the way. Both end by themselves. */
const isBusy = (error: unknown): boolean => ['55P03', '40P01'].includes((error as { code?: string }).code ?? '');
