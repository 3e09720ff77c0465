import type { DataSource } from 'typeorm';

/** As a budget of the connectors wants it. */
export interface SharedPlace {
  readonly waitMs: number;
  readonly free: (inMs: number) => void;
}

export interface SharedPlaces {
  readonly take: (count: number) => Promise<readonly SharedPlace[]>;
  readonly pause: (ms: number) => void;
}

export interface SharedPlacesOptions {
  /** What shares the limit, like the key's name. */
  readonly name: string;
  readonly perSecond: number;
  /** Milliseconds after which a place that nobody gave back is free again: longer than any call may take. Default 20 000. */
  readonly lostAfterMs?: number;
}

/** What is free within this time may be taken now; it is more than what one who gives a place back ever says. */
const AHEAD_MS = 1_200;

const TAKE = `WITH picked AS (
    SELECT place, greatest(free_at, not_before, clock_timestamp()) AS at FROM app.rate_place
    WHERE name = $1 AND place < $2 AND greatest(free_at, not_before) <= clock_timestamp() + make_interval(secs => $4)
    ORDER BY greatest(free_at, not_before) LIMIT $3 FOR UPDATE SKIP LOCKED)
  UPDATE app.rate_place AS p SET free_at = picked.at + make_interval(secs => $5), turn = p.turn + 1 FROM picked
  WHERE p.name = $1 AND p.place = picked.place
  RETURNING p.place, p.turn, extract(epoch FROM picked.at - clock_timestamp()) * 1000 AS wait_ms`;

/** Whoever was thought lost and answers after all does not disturb the next holder: the turn is another. */
const FREE = `UPDATE app.rate_place SET free_at = clock_timestamp() + make_interval(secs => $4) WHERE name = $1 AND place = $2 AND turn = $3`;
const PAUSE = `UPDATE app.rate_place SET not_before = greatest(not_before, clock_timestamp() + make_interval(secs => $2)) WHERE name = $1`;
const MAKE = `INSERT INTO app.rate_place (name, place, free_at) SELECT $1, n, clock_timestamp() + interval '1 second' FROM generate_series(0, $2::int - 1) AS n
  ON CONFLICT DO NOTHING`;

interface Taken {
  readonly place: number;
  readonly turn: string;
  readonly wait_ms: string;
}

/** Places that all processes on the database share, by its clock. While it is away each process goes on alone, at a quarter. */
export const sharedPlaces = (dataSource: DataSource, { name, perSecond, lostAfterMs = 20_000 }: SharedPlacesOptions): SharedPlaces => {
  let aloneAt = 0;
  const alone = (): SharedPlace => {
    const now = performance.now();
    aloneAt = Math.max(aloneAt, now) + 4_000 / perSecond;
    return { waitMs: aloneAt - now, free: () => undefined };
  };
  // Not being able to say so costs the place for `lostAfterMs`, and nothing else.
  const say = (sql: string, values: readonly unknown[]): void => void dataSource.query(sql, [name, ...values]).catch(() => undefined);

  return {
    take: async (count) => {
      let taken: Taken[];
      try {
        taken = rowsOf(await dataSource.query(TAKE, [name, perSecond, count, AHEAD_MS / 1_000, lostAfterMs / 1_000]));
        if (taken.length === 0) await dataSource.query(MAKE, [name, perSecond]);
      } catch {
        return [alone()];
      }
      return taken
        .map(({ place, turn, wait_ms }) => ({
          waitMs: Math.max(0, Number(wait_ms)),
          free: (inMs: number) => say(FREE, [place, turn, inMs / 1_000]),
        }))
        .sort((left, right) => left.waitMs - right.waitMs);
    },
    pause: (ms) => say(PAUSE, [ms / 1_000]),
  };
};

/** TypeORM answers an UPDATE with its rows and their count. */
const rowsOf = (answer: unknown): Taken[] => (Array.isArray(answer) && Array.isArray(answer[0]) ? (answer[0] as Taken[]) : (answer as Taken[]));
