import { appendFile, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';

export interface Erasure {
  readonly personRef: string;
  readonly at: string;
}

/** Everybody the record says is erased, in the order of their erasure. */
export const erasures = async (dataSource: DataSource): Promise<readonly Erasure[]> =>
  (
    (await dataSource.query(
      `SELECT substr(stream_id, 8) AS person, min(recorded_at) AS at FROM ev.event WHERE type = 'PersonErased' GROUP BY 1 ORDER BY 2`,
    )) as { person: string; at: Date }[]
  ).map(({ person, at }) => ({ personRef: person, at: at.toISOString() }));

export const erasureCount = async (dataSource: DataSource): Promise<number> => {
  const rows: { count: string }[] = await dataSource.query(`SELECT count(*) FROM ev.event WHERE type = 'PersonErased'`);
  return Number(rows[0]?.count ?? 0);
};

/** Erased, says the record, and yet their key is there: only a restored backup does that. */
export const unshredded = async (dataSource: DataSource): Promise<readonly string[]> =>
  (
    (await dataSource.query(
      `SELECT DISTINCT k.subject FROM ev.event e JOIN ev.subject_key k ON 'person/' || k.subject = e.stream_id
       WHERE e.type = 'PersonErased' AND k.wrapped_dek IS NOT NULL`,
    )) as { subject: string }[]
  ).map((row) => row.subject);

/** Of these persons, those whose key is there. */
export const livingOf = async (dataSource: DataSource, personRefs: readonly string[]): Promise<readonly string[]> =>
  personRefs.length === 0
    ? []
    : (
        (await dataSource.query('SELECT subject FROM ev.subject_key WHERE subject = ANY($1) AND wrapped_dek IS NOT NULL', [personRefs])) as {
          subject: string;
        }[]
      ).map((row) => row.subject);

/** One line per erasure, references only. Kept outside, it says after any restore who has to be erased again. */
export const readErasures = async (file: string): Promise<readonly Erasure[]> => {
  const lines = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });

  return lines.split('\n').flatMap((line) => {
    // The last line may be half written: its erasure is in the record, and is told again.
    const [, personRef, at] = /^\{"personRef":"([^"]+)","at":"([^"]+)"\}$/.exec(line) ?? [];
    return personRef !== undefined && at !== undefined ? [{ personRef, at }] : [];
  });
};

/** Brings the list up to date from the record; what a killed process did not write is written by the next. */
export const publishErasures = async (dataSource: DataSource, file: string): Promise<number> => {
  const listed = new Set((await readErasures(file)).map((each) => each.personRef));
  const news = (await erasures(dataSource)).filter((each) => !listed.has(each.personRef));
  // A line of its own also after a half-written one.
  if (news.length > 0) await appendFile(file, news.map(({ personRef, at }) => `\n${JSON.stringify({ personRef, at })}`).join('') + '\n', { mode: 0o600 });

  return news.length;
};

/** lock_not_available, object_in_use. */
const BUSY = new Set(['55P03', '55006']);

/**
 * Writes the table of keys anew, because the bytes of a destroyed key stay in its page. Holds appends up for as long as that
 * takes (3 MB for 20,000 persons). Throws when it does not get its turn in two seconds, or when an older open transaction may
 * still see a destroyed key, whose bytes then stay: at once, or after trying for as many milliseconds as it is given.
 */
export const scrubKeys = async (dataSource: DataSource, patienceMs = 0): Promise<void> => {
  const until = Date.now() + patienceMs;
  for (;;) {
    try {
      await dataSource.query('SELECT ev.scrub_keys()');
      return;
    } catch (error) {
      if (!BUSY.has((error as { code?: string }).code ?? '') || Date.now() >= until) throw error;
      await sleep(500);
    }
  }
};
