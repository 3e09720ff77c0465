import { entriesAt, followLog } from '@handover/event-store-postgres';
import { findAudit, type AuditFilter } from '@handover/read-models-postgres';
import type { LogEntry } from '@handover/record-proof';
import type { DataSource } from 'typeorm';

export interface FeedPage {
  /** In log order. */
  readonly entries: readonly LogEntry[];
  /** The last position that was looked at, matching or not: where to go on. */
  readonly lookedTo: number;
}

export interface FeedRange {
  /** Exclusive; -1 is the beginning. */
  readonly after: number;
  readonly limit: number;
  /** Inclusive: not beyond this position, although there may be more. */
  readonly upTo?: number | undefined;
}

const isEmpty = (filter: AuditFilter): boolean => Object.values(filter).every((each) => each === undefined);

/** The next entries. With a filter it goes as far as the audit index has come, some 100 ms behind; nothing is ever skipped. */
export const feedPage = async (dataSource: DataSource, filter: AuditFilter, { after, limit, upTo = Number.MAX_SAFE_INTEGER }: FeedRange): Promise<FeedPage> => {
  const end = Math.min(upTo, await newest(dataSource, filter));
  if (end <= after) return { entries: [], lookedTo: after };
  const entries = (await read(dataSource, filter, after, limit)).filter((entry) => entry.position <= end);
  const last = entries[entries.length - 1];

  return { entries, lookedTo: last && entries.length === limit ? last.position : end };
};

const read = async (dataSource: DataSource, filter: AuditFilter, after: number, limit: number): Promise<readonly LogEntry[]> => {
  if (isEmpty(filter)) return followLog(dataSource, { after, limit });
  const found = await findAudit(dataSource, filter, { after, limit });
  return entriesAt(
    dataSource,
    found.map(({ position }) => position),
  );
};

/** Position of the last entry that matches, up to there; -1 for none behind `after`. */
export const lastMatching = async (dataSource: DataSource, filter: AuditFilter, { after, upTo }: { after: number; upTo: number }): Promise<number> => {
  const [last] = isEmpty(filter) ? [{ position: upTo }] : await findAudit(dataSource, filter, { before: upTo + 1, limit: 1 });
  return last && last.position > after ? last.position : -1;
};

/** The last position that can be read with this filter; -1 for none. */
export const newest = async (dataSource: DataSource, filter: AuditFilter = {}): Promise<number> => {
  const rows: { next: string }[] = await dataSource.query(
    isEmpty(filter) ? 'SELECT size AS next FROM ev.log_state' : `SELECT position AS next FROM read.subscription WHERE name = 'audit-index' AND state = 'live'`,
  );
  return Number(rows[0]?.next ?? 0) - 1;
};
