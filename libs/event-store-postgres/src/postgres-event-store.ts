import {
  EventStoreError,
  canonicalJson,
  type Append,
  type Committed,
  type EventMeta,
  type EventStore,
  type JsonObject,
  type SideWrites,
  type StoredEvent,
  type Upcasters,
} from '@handover/event-store';
import { upcasters as current } from '@handover/case';
import { PersonErased, type Keyring, type Sealed } from '@handover/privacy';
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { asRepetition, storable, writeCommits, type PreparedCommit } from './commit.ts';
import type { PreparedAppend } from './event-columns.ts';
import { SEALED_EVENT, eventOf, type EventRow } from './event-row.ts';
import { poolOf } from './pool.ts';
import { Together } from './together.ts';

/** A stream, and the version after which to read it. */
type Wanted = readonly [stream: string, after: number];

const READ = {
  name: 'handover-read',
  text: `SELECT w.n, ${SEALED_EVENT}
    FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY w(stream, after, n)
    CROSS JOIN LATERAL (SELECT * FROM ev.event WHERE stream_id = w.stream AND version > w.after ORDER BY version) e ORDER BY w.n, e.version`,
};

const readStreams = async (pool: Pool, wanted: readonly Wanted[]): Promise<readonly (readonly EventRow[])[]> => {
  const { rows } = await pool.query<EventRow & { n: string }>({ ...READ, values: [wanted.map(([stream]) => stream), wanted.map(([, after]) => after)] });
  const found: EventRow[][] = wanted.map(() => []);
  for (const row of rows) found[Number(row.n) - 1]?.push(row);

  return found;
};

/** The record on PostgreSQL: personal parts are sealed before they leave the process; commits that come together share a flush. */
export class PostgresEventStore implements EventStore {
  readonly #reads: Together<Wanted, readonly EventRow[]>;
  readonly #commits: Together<PreparedCommit, Committed | Error>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly keyring: Keyring,
    private readonly upcasters: Upcasters = current,
  ) {
    const pool = poolOf(dataSource);
    this.#reads = new Together({ carry: (wanted) => readStreams(pool, wanted) });
    this.#commits = new Together({ carry: (commits) => writeCommits(pool, commits), keysOf: ({ streams }) => streams });
  }

  async read(stream: string, after = 0): Promise<readonly StoredEvent[]> {
    const rows = await this.#reads.ask([stream, after]);
    return Promise.all(rows.map((row) => this.opened(stream, row)));
  }

  async commit(appends: readonly Append[], side: SideWrites = {}): Promise<Committed> {
    const sorted = [...appends].sort((a, b) => (a.stream < b.stream ? -1 : 1)); // one lock order for all
    // Before it goes into a batch: sealing may need a connection of its own.
    const ready = await Promise.all(sorted.map((append) => this.prepared(append)));
    const answer = await this.write({ streams: ready.map(({ stream }) => stream), appends: ready, side });
    if (answer instanceof Error) {
      if (answer instanceof EventStoreError && answer.code === 'erased') this.forgetAll(appends);
      throw answer;
    }
    for (const person of side.destroyKeysOf ?? []) this.keyring.forget(person);

    return answer;
  }

  private async write(commit: PreparedCommit): Promise<Committed | Error> {
    const answer = await this.#commits.ask(commit);
    const repetition = asRepetition(commit, answer);
    const second = repetition && (await this.#commits.ask(repetition));

    return second && !(second instanceof Error) ? second : answer;
  }

  private forgetAll(appends: readonly Append[]): void {
    for (const event of appends.flatMap((append) => append.events)) if (event.personal) this.keyring.forget(event.personal.person);
  }

  private async prepared({ stream, expected, events }: Append): Promise<PreparedAppend> {
    const sealed = await Promise.all(events.map((event) => this.sealed(stream, event)));
    return {
      stream,
      expected,
      ids: events.map((event) => event.id),
      types: events.map((event) => event.type),
      schemas: events.map((event) => event.schema),
      bodies: events.map((event) => Buffer.from(storable(canonicalJson(event.data)))),
      metas: metasOf(events),
      keys: sealed.map((each) => each?.keyId ?? null),
      sealed: sealed.map((each) => each?.bytes ?? null),
    };
  }

  private async sealed(stream: string, event: Append['events'][number]): Promise<Sealed | null> {
    if (!event.personal) return null;
    try {
      return await this.keyring.seal(event.personal.person, { eventId: event.id, stream, type: event.type }, canonicalJson(event.personal.data));
    } catch (error) {
      if (!(error instanceof PersonErased)) throw error;
      const stored = await this.storedSeal(event.id);
      if (!stored) throw new EventStoreError('erased', stream);
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
    const event = eventOf(row);
    if (row.key_id === null || row.sealed === null) return this.upcasters.current(event);
    const { person, plain } = await this.keyring.open(row.key_id, { eventId: row.event_id, stream, type: row.type }, row.sealed);

    if (plain === null) return { ...this.upcasters.current(event), personal: { person, erased: true } };
    const said = this.upcasters.current({ ...event, personal: JSON.parse(plain) as JsonObject });

    return { ...said, personal: { person, data: said.personal } };
  }
}

/** Those of one command have the same. */
const metasOf = (events: Append['events']): Buffer[] => {
  const written = new Map<EventMeta, Buffer>();
  return events.map(({ meta }) => {
    const known = written.get(meta) ?? Buffer.from(storable(canonicalJson(meta)));
    written.set(meta, known);
    return known;
  });
};
