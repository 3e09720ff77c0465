import type { LoggedEvent } from '@handover/event-store';

/** A connection, within whatever transaction it is in. */
export interface Db {
  readonly query: <T = unknown>(sql: string, values?: readonly unknown[]) => Promise<T[]>;
}

/** Qualified names of a generation's tables, by the names the projection gave them. */
export type Tables<T extends string> = Readonly<Record<T, string>>;

/**
 * A read model that follows the log. `apply` and the position it has come to are one transaction, so each event is applied
 * exactly once. It may only touch its own tables, and must not look at a clock or at other tables: a rebuild has to end in
 * the same rows. Effects outside the database are not for it: write what is to be done into a table and do it from there.
 */
export interface Projection<T extends string = string> {
  readonly name: string;
  /** Raised with any change of `create`, `index` or `apply`: the next start builds the new shape beside the old one and switches. */
  readonly version: number;
  /** Readers use `read.<table>`, a view on the live generation. */
  readonly tables: readonly T[];
  /** Makes the tables, empty. Names of indexes follow from those of the tables when they are left out. */
  readonly create: (db: Db, tables: Tables<T>) => Promise<void>;
  /** Makes the indexes that only readers need, once a generation has caught up: all the rows at once is far faster. */
  readonly index?: (db: Db, tables: Tables<T>) => Promise<void>;
  /** Events in log order, at least one; set-based statements make a rebuild fast. */
  readonly apply: (events: readonly LoggedEvent[], db: Db, tables: Tables<T>) => Promise<void>;
}

export const tablesOf = <T extends string>({ tables }: Pick<Projection<T>, 'tables'>, generation: number): Tables<T> =>
  Object.fromEntries(tables.map((table) => [table, `read.${table}__${generation}`])) as Tables<T>;
