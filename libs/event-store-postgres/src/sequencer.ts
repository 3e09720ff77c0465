import { growAll, isTileRoot, type Frontier } from '@handover/merkle';
import { logLeaf, sha256, type Signer } from '@handover/record-proof';
import type { PoolClient, QueryResult } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { LOG_CHANNEL } from './log-listener.ts';
import { poolOf } from './pool.ts';
import { replaceKey, signCheckpoint, type NotSigned } from './signing.ts';
import type { Queryable } from './verify/problem.ts';

/** Any number: whoever holds it is the one sequencer of this moment. */
const LEADER_LOCK = 727_002;
const BATCH = 5_000;

interface State {
  readonly size: number;
  readonly frontier: Frontier;
  readonly watermark: number;
}

/** Who was writing events at an instant: nobody else can still bring a number that had been given out by then. */
interface Writers {
  /** The last number given out. */
  readonly upTo: number;
  readonly transactions: readonly string[];
}

export interface SequencerOptions {
  /** Null: positions are given, and nothing is signed. A function is asked before each signing: keys are replaced. */
  readonly signer: Signer | null | (() => Signer | null);
  /** ms between two kept checkpoints while there is news. */
  readonly checkpointEveryMs?: number;
  /** Told when the key at hand is not the log's: events are sealed all the same, and nothing is signed. */
  readonly refused?: (why: NotSigned, keyId: string) => void;
}

/**
 * Gives every committed event its place in the log, over what is visible, after the fact. A stream's later event cannot be
 * visible before its earlier one, so the order is a true one; a number that was given out and never committed leaves no gap.
 * Several processes may run one each: only the holder of the lock does anything.
 */
export class Sequencer {
  #earlier: Writers | null = null;
  #lastCheckpoint = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly options: SequencerOptions,
  ) {}

  /** Seals what is new; returns how much that was. `checkpoint`: sign one now, however recent the last. */
  async once({ checkpoint = false } = {}): Promise<number> {
    const client = await poolOf(this.dataSource).connect();
    try {
      const looked = await begun(client);
      const due = looked !== null && (checkpoint || Date.now() - this.#lastCheckpoint >= (this.options.checkpointEveryMs ?? 10_000));
      const sealed = looked && (await this.#seal(client, looked));
      if (sealed && due) await this.#sign(client, sealed.state.frontier);
      await client.query('COMMIT');
      if (due) this.#lastCheckpoint = Date.now();
      client.release();

      return sealed?.count ?? 0;
    } catch (error) {
      await client.query('ROLLBACK').then(
        () => client.release(),
        () => client.release(true),
      );
      throw error;
    }
  }

  async #seal(client: PoolClient, { before, writers }: Looked): Promise<{ readonly state: State; readonly count: number }> {
    const { rows } = await client.query<{ seq: string; hash: Buffer }>(
      // Bounded on both sides: else a planner without fresh statistics reads the whole log for each look.
      `SELECT e.seq, e.hash FROM ev.event e WHERE e.seq > $1 AND NOT EXISTS (SELECT 1 FROM ev.log_leaf l WHERE l.seq = e.seq AND l.seq > $1)
       ORDER BY e.seq LIMIT ${BATCH}`,
      [before.watermark],
    );
    const watermark = this.#watermark(before, writers, rows.length < BATCH);
    if (rows.length === 0 && watermark === before.watermark) return { state: before, count: 0 };

    const tiles: { readonly level: number; readonly index: number; readonly root: Uint8Array }[] = [];
    const frontier = growAll(
      sha256,
      before.frontier,
      rows.map((row) => logLeaf(row.hash)),
      (level, index, root) => void (isTileRoot(level) && tiles.push({ level, index, root })),
    );
    // One piece of news for all: a NOTIFY with each append would cost it half its speed.
    await client.query({
      name: 'handover-seal',
      text: `SELECT ev.seal($1, $2::bigint[], $3::int[], $4::bigint[], $5::bytea[], $6::bytea[], $7), CASE WHEN $8 <> '' THEN pg_notify('${LOG_CHANNEL}', $8) END`,
      values: [
        before.size,
        rows.map((row) => row.seq),
        tiles.map(({ level }) => level),
        tiles.map(({ index }) => index),
        tiles.map(({ root }) => Buffer.from(root)),
        frontier.roots.map((root) => Buffer.from(root)),
        watermark,
        rows.length > 0 ? String(frontier.size) : '',
      ],
    });

    return { state: { size: frontier.size, frontier, watermark }, count: rows.length };
  }

  /**
   * Below the watermark nothing can appear any more, so nobody has to look there. It rises to a number once everybody who
   * was writing events when that number was the last had ended before a look that saw all there was.
   */
  #watermark(before: State, now: Writers, sawAll: boolean): number {
    const earlier = this.#earlier;
    const ended = earlier !== null && sawAll && earlier.transactions.every((each) => !now.transactions.includes(each));
    if (earlier === null || ended) this.#earlier = now;

    return earlier !== null && ended ? Math.max(before.watermark, earlier.upTo) : before.watermark;
  }

  async #sign(client: PoolClient, frontier: Frontier): Promise<void> {
    const { signer: given, refused } = this.options;
    const signer = typeof given === 'function' ? given() : given;
    const signed = signer && (await signCheckpoint(asQueryable(client), signer, frontier, new Date()));
    if (signer && signed && 'refused' in signed) refused?.(signed.refused, signer.keyId);
  }
}

/** Replaces the key that signs checkpoints, between two seals. @throws KeyRefused. */
export const rotateKey = async (dataSource: DataSource, keys: { readonly previous: Signer | null; readonly next: Signer }): Promise<void> => {
  await dataSource.transaction(async ({ queryRunner }) => {
    const runner = queryRunner as QueryRunner;
    await runner.query('SELECT pg_advisory_xact_lock($1)', [LEADER_LOCK]);
    const [state] = (await runner.query('SELECT size, roots, watermark FROM ev.log_state')) as StateRow[];
    await replaceKey(runner, keys.previous, keys.next, stateOf(state).frontier, new Date());
  });
};

interface StateRow {
  readonly size: string;
  readonly roots: readonly Buffer[];
  readonly watermark: string;
}

const stateOf = (row: StateRow | undefined): State => {
  if (!row) throw new Error('the log has no state; the schema is not complete');
  return {
    size: Number(row.size),
    watermark: Number(row.watermark),
    frontier: { size: Number(row.size), roots: row.roots.map((root) => new Uint8Array(root)) },
  };
};

/** What a look at the log begins with. */
interface Looked {
  readonly before: State;
  readonly writers: Writers;
}

const BEGIN = `BEGIN; SELECT pg_try_advisory_xact_lock(${LEADER_LOCK}) AS mine; SELECT size, roots, watermark, up_to, transactions FROM ev.log_state, ev.writers()`;

/**
 * Begins a transaction; null when another sequencer is at work. In one round trip, but each statement sees what was committed
 * before it: the state is the one of whoever had the lock before. Who is writing is asked before the look at the events, so
 * that whoever has ended by then is seen whole in it.
 */
const begun = async (client: PoolClient): Promise<Looked | null> => {
  const [, lock, look] = (await client.query(BEGIN)) as unknown as readonly [
    unknown,
    QueryResult<{ mine: boolean }>,
    QueryResult<StateRow & { up_to: string; transactions: string[] }>,
  ];
  if (lock.rows[0]?.mine !== true) return null;
  const [row] = look.rows;

  return { before: stateOf(row), writers: { upTo: Number(row?.up_to ?? 0), transactions: row?.transactions ?? [] } };
};

const asQueryable = (client: PoolClient): Queryable => ({ query: async (sql, values) => (await client.query(sql, values)).rows });
