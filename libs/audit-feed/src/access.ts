import type { EventStore, JsonObject } from '@handover/event-store';
import type { DataSource } from 'typeorm';
import { say } from './record.ts';

export interface Read {
  readonly actor: string;
  /** `audit.list`, `audit.export`, `evidence.pack` … */
  readonly what: string;
  /** What was asked for: filters, ids, formats; no personal value. */
  readonly detail: JsonObject;
}

/** How long a repetition of the same read is no news. */
const HOUR_MS = 3_600_000;
/** What is remembered of that; where it is more, something is told once more. */
const REMEMBERED = 10_000;

/** The event that says who read the record. Whoever reads nothing but these is not recorded: it would never end. */
export const RECORD_READ = 'RecordRead';

/** Who looked at what. One insert before the answer; a worker tells the record in batches, so that reading stays cheap. */
export class AccessReads {
  private readonly lately = new Map<string, number>();

  constructor(private readonly dataSource: DataSource) {}

  /** Once an hour for the same actor and thing, by each process: a page that asks every second is one reader. */
  async noteHourly(read: Read): Promise<void> {
    const key = JSON.stringify([read.actor, read.what, read.detail]);
    const now = Date.now();
    if (now < (this.lately.get(key) ?? 0)) return;
    await this.note(read);
    if (this.lately.size >= REMEMBERED) this.lately.clear();
    this.lately.set(key, now + HOUR_MS);
  }

  async note({ actor, what, detail }: Read): Promise<void> {
    await this.dataSource.query('INSERT INTO app.access_read (actor, what, detail) VALUES ($1, $2, $3)', [actor, what, JSON.stringify(detail)]);
  }

  /**
   * Tells the record of what was noted, one event per actor and batch; returns how many reads that were. A batch is marked before it is told
   * and deleted after, so one that was cut off in between is told under the same id and not twice.
   */
  async tell(store: EventStore): Promise<number> {
    await this.dataSource.query(
      `UPDATE app.access_read r SET batch = b.batch FROM (SELECT actor, gen_random_uuid() AS batch FROM app.access_read WHERE batch IS NULL GROUP BY actor) b
       WHERE r.actor = b.actor AND r.batch IS NULL AND r.id IN (SELECT id FROM app.access_read WHERE batch IS NULL ORDER BY id LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED)`,
    );
    const batches: { batch: string; actor: string }[] = await this.dataSource.query(
      'SELECT batch, min(actor) AS actor FROM app.access_read WHERE batch IS NOT NULL GROUP BY batch ORDER BY min(id)',
    );
    let count = 0;
    for (const { batch, actor } of batches) count += await this.tellBatch(store, batch, actor);
    return count;
  }

  private async tellBatch(store: EventStore, batch: string, actor: string): Promise<number> {
    const rows: { at: Date; what: string; detail: JsonObject }[] = await this.dataSource.query(
      'SELECT at, what, detail FROM app.access_read WHERE batch = $1 ORDER BY id',
      [batch],
    );
    const [first] = rows;
    if (!first) return 0; // another worker told it
    const reads = rows.map(({ at, what, detail }) => ({ at: at.toISOString(), what, ...detail }));
    await say(store, {
      stream: `access/${first.at.toISOString().slice(0, 10)}/${actor}`,
      type: RECORD_READ,
      data: { reads },
      meta: { actor, channel: 'api' },
      key: batch,
    });
    await this.dataSource.query('DELETE FROM app.access_read WHERE batch = $1', [batch]);

    return rows.length;
  }
}

const AT_ONCE = 500;
