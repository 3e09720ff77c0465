import { MasterKeyError, type KeyRow, type KeyTable, type RotationTable } from '@handover/privacy';
import type { DataSource } from 'typeorm';
import { pgError } from './pg-error.ts';

interface StoredKey {
  key_id: string;
  subject: string;
  kek_id: string;
  wrapped_dek: Buffer | null;
}

const COLUMNS = 'key_id, subject, kek_id, wrapped_dek';
const keyRow = ({ key_id, subject, kek_id, wrapped_dek }: StoredKey): KeyRow => ({ keyId: key_id, person: subject, kekId: kek_id, wrapped: wrapped_dek });

export const keyTable = (dataSource: DataSource): KeyTable => {
  const one = async (where: string, value: string): Promise<KeyRow | null> => {
    const rows: StoredKey[] = await dataSource.query(`SELECT ${COLUMNS} FROM ev.subject_key WHERE ${where} = $1`, [value]);
    return rows[0] ? keyRow(rows[0]) : null;
  };

  return {
    ofPerson: (person) => one('subject', person),
    byId: (keyId) => one('key_id', keyId),
    insert: async ({ keyId, person, kekId, wrapped }) => {
      try {
        await dataSource.query('INSERT INTO ev.subject_key (key_id, subject, kek_id, wrapped_dek) VALUES ($1, $2, $3, $4) ON CONFLICT (subject) DO NOTHING', [
          keyId,
          person,
          kekId,
          Buffer.from(wrapped),
        ]);
      } catch (error) {
        throw pgError(error).code === 'ES006' ? new MasterKeyError('retired', `the master key ${kekId} is retired`, { cause: error }) : error;
      }
    },
  };
};

export const rotationTable = (dataSource: DataSource): RotationTable => ({
  countOthers: async (kekId) => {
    const rows: { count: string }[] = await dataSource.query('SELECT count(*) FROM ev.subject_key WHERE wrapped_dek IS NOT NULL AND kek_id <> $1', [kekId]);
    return Number(rows[0]?.count ?? 0);
  },
  nextOthers: async (kekId, limit) => {
    const rows: StoredKey[] = await dataSource.query(
      `SELECT ${COLUMNS} FROM ev.subject_key WHERE wrapped_dek IS NOT NULL AND kek_id <> $1 ORDER BY key_id LIMIT $2`,
      [kekId, limit],
    );
    return rows.map((row) => ({ ...keyRow(row), wrapped: row.wrapped_dek ?? Buffer.alloc(0) }));
  },
  rewrap: async ({ keyId, from, to, wrapped }) => {
    const [, count] = (await dataSource.query(
      'UPDATE ev.subject_key SET kek_id = $3, wrapped_dek = $4 WHERE key_id = $1 AND kek_id = $2 AND destroyed_at IS NULL',
      [keyId, from, to, Buffer.from(wrapped)],
    )) as [unknown, number];
    return count > 0;
  },
  retire: (kekId) =>
    dataSource.transaction(async (db) => {
      await db.query('LOCK TABLE ev.subject_key IN SHARE ROW EXCLUSIVE MODE'); // no key can slip in between the look and the word
      const rows: unknown[] = await db.query('SELECT 1 FROM ev.subject_key WHERE wrapped_dek IS NOT NULL AND kek_id = $1 LIMIT 1', [kekId]);
      if (rows.length > 0) return false;
      await db.query('INSERT INTO ev.master_key (kek_id) VALUES ($1) ON CONFLICT DO NOTHING', [kekId]);
      return true;
    }),
  readmit: async (kekId) => void (await dataSource.query('DELETE FROM ev.master_key WHERE kek_id = $1', [kekId])),
});

/** Any number: whoever holds it rotates. */
const ROTATION_LOCK = 727_045;

/** Runs alone among all processes. @throws Error when another one is at it. */
export const rotatingAlone = async <T>(dataSource: DataSource, doing: () => Promise<T>): Promise<T> => {
  const runner = dataSource.createQueryRunner();
  await runner.connect();
  try {
    const [lock] = (await runner.query('SELECT pg_try_advisory_lock($1) AS mine', [ROTATION_LOCK])) as { mine: boolean }[];
    if (!lock?.mine) throw new Error('another rotation is under way');
    try {
      return await doing();
    } finally {
      await runner.query('SELECT pg_advisory_unlock($1)', [ROTATION_LOCK]);
    }
  } finally {
    await runner.release();
  }
};
