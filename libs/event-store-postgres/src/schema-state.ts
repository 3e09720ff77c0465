import type { QueryRunner } from 'typeorm';
import type { Db } from './projection.ts';

/** Every object of the record's and the application's schemas, as text: equal texts, equal schema. */
const DESCRIBE = `
  WITH schemas AS (SELECT oid, nspname, nspowner, nspacl FROM pg_namespace WHERE nspname IN ('ev', 'app', 'read')),
  tables AS (SELECT c.*, format('%s.%s', s.nspname, c.relname) AS name FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v', 'S', 'm', 'p') AND (s.nspname <> 'read' OR c.relname = 'subscription')),
  columns AS (SELECT a.*, format('%s.%s', t.name, a.attname) AS name, t.relowner FROM pg_attribute a JOIN tables t ON t.oid = a.attrelid
    WHERE a.attnum > 0 AND NOT a.attisdropped AND t.relkind <> 'S'),
  functions AS (SELECT p.*, format('%s.%s(%s)', s.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS name FROM pg_proc p JOIN schemas s ON s.oid = p.pronamespace),
  rights AS (
    SELECT 'schema ' || nspname AS on_what, nspowner AS owner, unnest(nspacl)::text AS each FROM schemas
    UNION ALL SELECT name, relowner, unnest(relacl)::text FROM tables
    UNION ALL SELECT name, relowner, unnest(attacl)::text FROM columns
    UNION ALL SELECT name, proowner, unnest(proacl)::text FROM functions)
  SELECT line FROM (
    SELECT format('schema %s', nspname) AS line FROM schemas
    UNION ALL SELECT format('%s %s%s%s%s', CASE relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' ELSE 'table' END, name, CASE relpersistence WHEN 'u' THEN ' unlogged' ELSE '' END,
        CASE WHEN relrowsecurity THEN ' row security' ELSE '' END, ' ' || reloptions::text) FROM tables
    UNION ALL SELECT format('column %s %s%s%s%s', c.name, format_type(c.atttypid, c.atttypmod), CASE WHEN c.attnotnull THEN ' not null' ELSE '' END,
        ' default ' || pg_get_expr(d.adbin, d.adrelid), CASE WHEN c.attidentity <> '' THEN ' identity' ELSE '' END)
      FROM columns c LEFT JOIN pg_attrdef d ON d.adrelid = c.attrelid AND d.adnum = c.attnum
    UNION ALL SELECT format('constraint %s %s %s', t.name, c.conname, pg_get_constraintdef(c.oid)) FROM pg_constraint c JOIN tables t ON t.oid = c.conrelid
    UNION ALL SELECT format('index %s%s', pg_get_indexdef(i.indexrelid), CASE WHEN i.indisvalid THEN '' ELSE ' invalid' END) FROM pg_index i JOIN tables t ON t.oid = i.indrelid
    UNION ALL SELECT format('trigger %s%s', pg_get_triggerdef(g.oid), CASE g.tgenabled WHEN 'O' THEN '' ELSE ' switched off' END) FROM pg_trigger g JOIN tables t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal
    UNION ALL SELECT format('rule %s', pg_get_ruledef(r.oid)) FROM pg_rewrite r JOIN tables t ON t.oid = r.ev_class
    UNION ALL SELECT format('function %s %s', name, pg_get_functiondef(oid)) FROM functions
    -- Who owns the schema, and gave a right, differs from one database to the next.
    UNION ALL SELECT format('right on %s: %s', on_what, regexp_replace(each, '/.*$', '')) FROM rights WHERE split_part(each, '=', 1) <> quote_ident(pg_get_userbyid(owner))
  ) all_of_them ORDER BY line COLLATE "C"`;

export const describeSchema = async (db: Db): Promise<readonly string[]> => (await db.query<{ line: string }>(DESCRIBE)).map(({ line }) => line);

/** The database is not as this program needs it; the message says how, and what to do. */
export class SchemaError extends Error {
  constructor(
    readonly code: 'newer' | 'older' | 'changed',
    message: string,
  ) {
    super(message);
    this.name = 'SchemaError';
  }
}

/** Migrations that ran, oldest first; none where there is no table of them. */
export const migrationsIn = async (db: Db): Promise<readonly string[]> => {
  const [table] = await db.query<{ there: boolean }>(`SELECT to_regclass('handover_migrations') IS NOT NULL AS there`);
  return table?.there ? (await db.query<{ name: string }>('SELECT name FROM handover_migrations ORDER BY id')).map(({ name }) => name) : [];
};

/** @throws SchemaError */
export const assertNotNewer = (ran: readonly string[], known: readonly string[]): void => {
  const unknown = ran.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new SchemaError(
      'newer',
      `the database is of a newer version than this program: it does not know ${unknown.join(', ')}. Start the newer program, or restore a database of this version.`,
    );
};

/** @throws SchemaError */
export const assertComplete = (ran: readonly string[], known: readonly string[]): void => {
  const missing = known.filter((name) => !ran.includes(name));
  if (missing.length > 0)
    throw new SchemaError(
      'older',
      `the database lacks ${missing.join(', ')}, and this login may not bring it up to date: run "npm run handover -- migrate" with DATABASE_OWNER_URL, or give the program DATABASE_OWNER_URL.`,
    );
};

interface State {
  readonly objects: readonly string[];
  readonly rights: string;
}

/** What the last migration left; null before there was one that kept it. */
export const keptState = async (db: Db): Promise<State | null> => {
  const [table] = await db.query<{ there: boolean }>(`SELECT to_regclass('ev.schema_state') IS NOT NULL AS there`);
  return table?.there ? ((await db.query<State>('SELECT objects, rights FROM ev.schema_state'))[0] ?? null) : null;
};

/** @throws SchemaError naming what was changed by hand since the last migration. */
export const assertUnchanged = async (db: Db): Promise<void> => {
  const kept = await keptState(db);
  if (!kept) return;
  const now = await describeSchema(db);
  const gone = kept.objects.filter((line) => !now.includes(line)).map((line) => `  - ${short(line)}`);
  const added = now.filter((line) => !kept.objects.includes(line)).map((line) => `  + ${short(line)}`);
  if (gone.length + added.length > 0)
    throw new SchemaError(
      'changed',
      `the schema was changed by hand since it was last migrated:\n${[...gone, ...added].slice(0, 20).join('\n')}\nPut it back, or take it as it is with "npm run handover -- migrate --accept-changes".`,
    );
};

export const keepState = async (db: QueryRunner, objects: readonly string[], rights: string): Promise<void> => {
  await db.query(
    `INSERT INTO ev.schema_state (objects, rights) VALUES ($1, $2) ON CONFLICT (the_one) DO UPDATE SET objects = excluded.objects, rights = excluded.rights, at = clock_timestamp()`,
    [JSON.stringify(objects), rights],
  );
};

const short = (line: string): string => (line.length > 200 ? `${line.slice(0, 200).replaceAll(/\s+/g, ' ')} …` : line.replaceAll(/\s+/g, ' '));
