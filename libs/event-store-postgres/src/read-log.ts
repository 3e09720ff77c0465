import { upcasters as current } from '@handover/case';
import type { LoggedEvent, Upcasters } from '@handover/event-store';
import { EVENT, eventOf, type EventRow } from './event-row.ts';
import type { Db } from './projection.ts';

interface Row extends Omit<EventRow, 'key_id' | 'sealed'> {
  readonly position: string;
  readonly person: string | null;
}

const READ = `SELECT l.position, ${EVENT}, k.subject AS person
  FROM ev.log_leaf l JOIN ev.event e ON e.seq = l.seq LEFT JOIN ev.subject_key k ON k.key_id = e.key_id
  WHERE l.position >= $1 ORDER BY l.position LIMIT $2`;

/** Events from a position on, in log order. @throws when the log has a hole: then it was tampered with, and waiting helps nobody. */
export const readLog = async (db: Db, from: number, limit: number, upcasters: Upcasters = current): Promise<readonly LoggedEvent[]> => {
  const events = (await db.query<Row>(READ, [from, limit])).map((row) => upcasters.current(logged(row)));
  events.forEach((event, index) => {
    if (event.position !== from + index) throw new Error(`the log has no event at position ${from + index}`);
  });

  return events;
};

/** Events that have a position. */
export const logSize = async (db: Db): Promise<number> => Number((await db.query<{ size: string }>('SELECT size FROM ev.log_state'))[0]?.size ?? 0);

const logged = (row: Row): LoggedEvent => ({ ...eventOf(row), position: Number(row.position), person: row.person });
