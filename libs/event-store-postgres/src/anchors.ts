import type { DataSource } from 'typeorm';
import { checkpointsAfter, type KeptCheckpoint } from './log.ts';

export interface AnchorClaim {
  /** The next checkpoint to deliver; nobody else delivers it before the claim runs out. */
  readonly checkpoint: KeptCheckpoint;
  /** Size of the one delivered before, 0 for none. */
  readonly from: number;
  /** Failed attempts so far. */
  readonly attempts: number;
}

/**
 * Where outside receivers of checkpoints are. A receiver moves on only after it has taken one, so that none is lost while
 * it is away or when this process dies; it may get one twice.
 */
export class Anchors {
  constructor(private readonly dataSource: DataSource) {}

  /** Null when there is nothing to do for it now. */
  async claim(name: string, forMs: number): Promise<AnchorClaim | null> {
    const [{ size: newest } = { size: 0 }] = await this.#newest();
    await this.dataSource.query('INSERT INTO app.anchor (name) VALUES ($1) ON CONFLICT DO NOTHING', [name]);
    const [rows] = (await this.dataSource.query(
      `UPDATE app.anchor SET next_try_at = now() + $2 * interval '1 ms' WHERE name = $1 AND next_try_at <= now() AND size < $3 RETURNING size, attempts`,
      [name, forMs, newest],
    )) as [{ size: string; attempts: number }[], number];
    const [row] = rows;
    const [checkpoint] = row ? await checkpointsAfter(this.dataSource, Number(row.size), 1) : [];

    return row && checkpoint ? { checkpoint, from: Number(row.size), attempts: row.attempts } : null;
  }

  async delivered(name: string, size: number): Promise<void> {
    await this.dataSource.query(
      'UPDATE app.anchor SET size = $2, attempts = 0, next_try_at = now(), last_error = NULL, delivered_at = now() WHERE name = $1 AND size < $2',
      [name, size],
    );
  }

  async failed(name: string, { code, afterMs }: { readonly code: string; readonly afterMs: number }): Promise<void> {
    await this.dataSource.query(`UPDATE app.anchor SET attempts = attempts + 1, last_error = $2, next_try_at = now() + $3 * interval '1 ms' WHERE name = $1`, [
      name,
      code,
      afterMs,
    ]);
  }

  /** Size of the last checkpoint it has taken, where the log has none that is as large any more; else null. */
  async cutAt(name: string): Promise<number | null> {
    const rows: { size: string }[] = await this.dataSource.query(
      'SELECT size FROM app.anchor WHERE name = $1 AND size > coalesce((SELECT max(size) FROM ev.log_checkpoint), 0)',
      [name],
    );
    return rows[0] ? Number(rows[0].size) : null;
  }

  /** A receiver goes on under another name where it had got to. */
  async rename(from: string, to: string): Promise<void> {
    await this.dataSource.query('UPDATE app.anchor SET name = $2 WHERE name = $1 AND NOT EXISTS (SELECT 1 FROM app.anchor WHERE name = $2)', [from, to]);
  }

  /** Size of the last checkpoint it has taken. */
  async sizeOf(name: string): Promise<number> {
    const [row] = (await this.dataSource.query('SELECT size FROM app.anchor WHERE name = $1', [name])) as { size: string }[];
    return Number(row?.size ?? 0);
  }

  #newest(): Promise<{ size: number }[]> {
    return this.dataSource.query('SELECT size FROM ev.log_checkpoint ORDER BY size DESC LIMIT 1');
  }
}

export interface LogLag {
  /** Seconds since the oldest event that has no position yet was recorded. */
  readonly unsealed: number;
  /** Seconds since the oldest event that no checkpoint covers yet was recorded. */
  readonly unsigned: number;
}

/** What an alarm is set on: a sequencer that is down, or a key that does not sign. */
export const logLag = async (dataSource: DataSource): Promise<LogLag> => {
  const [row] = (await dataSource.query(
    `SELECT coalesce(extract(epoch FROM clock_timestamp() - (SELECT min(e.recorded_at) FROM ev.event e, ev.log_state s
         WHERE e.seq > s.watermark AND NOT EXISTS (SELECT 1 FROM ev.log_leaf l WHERE l.seq = e.seq))), 0)::float AS unsealed,
       coalesce(extract(epoch FROM clock_timestamp() - (SELECT e.recorded_at FROM ev.log_leaf l JOIN ev.event e ON e.seq = l.seq
         WHERE l.position = coalesce((SELECT max(size) FROM ev.log_checkpoint), 0))), 0)::float AS unsigned`,
  )) as { unsealed: number; unsigned: number }[];

  return { unsealed: row?.unsealed ?? 0, unsigned: Math.max(row?.unsigned ?? 0, row?.unsealed ?? 0) };
};

/** Seconds since the oldest checkpoint over this size was signed; 0 when there is none. */
export const anchorLag = async (dataSource: DataSource, size: number): Promise<number> => {
  const [next] = await checkpointsAfter(dataSource, size, 1);
  return next ? Math.max(0, (Date.now() - Date.parse(next.at)) / 1000) : 0;
};
