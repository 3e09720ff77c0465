import type { RecordedEvent } from './hashing.ts';

/** The columns that are hashed, as they are called in an export. */
export const COLUMNS = ['eventId', 'stream', 'version', 'type', 'schema', 'recordedAt', 'body', 'meta', 'keyId', 'sealed'] as const;
export type Column = (typeof COLUMNS)[number];

/**
 * A hash says that an event was changed, not where. But whoever moved a time, a version or a type, or swapped values
 * between events, leaves the true value within reach: the one column that makes the hash right again is the one that was
 * changed. Null when none does; then it was a value that nobody can guess, or more than one.
 */
export const changedColumn = (event: RecordedEvent, isRight: (candidate: RecordedEvent) => boolean, others: readonly RecordedEvent[]): string | null => {
  for (const column of COLUMNS)
    for (const value of near(event, column)) if (value !== event[column] && isRight({ ...event, [column]: value } as RecordedEvent)) return column;
  for (const other of others) {
    const column = COLUMNS.find((each) => isRight({ ...event, [each]: other[each] }));
    if (column) return column;
    if (isRight({ ...event, keyId: other.keyId, sealed: other.sealed })) return 'keyId and sealed';
  }
  return null;
};

const TIMES_MS = 2_000;
const SCHEMAS = 20;
const VERSIONS = 20;

/** What somebody who changes one value by hand changes it from. */
const near = (event: RecordedEvent, column: Column): readonly unknown[] => {
  if (column === 'schema') return Array.from({ length: SCHEMAS }, (_, n) => n + 1);
  if (column === 'version') return Array.from({ length: 2 * VERSIONS + 1 }, (_, n) => event.version - VERSIONS + n).filter((version) => version > 0);
  if (column !== 'recordedAt') return [];
  const at = Date.parse(event.recordedAt);

  return Array.from({ length: 2 * TIMES_MS + 1 }, (_, n) => new Date(at - TIMES_MS + n).toISOString());
};
