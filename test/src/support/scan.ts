import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

/** Where one of the values was found. */
export interface Hit {
  readonly where: string;
  readonly value: string;
}

const RUNS = [
  { pattern: /[A-Za-z0-9+/_-]{16,}={0,2}/g, encoding: 'base64' as const },
  { pattern: /(?:[0-9a-f]{2}){8,}/gi, encoding: 'hex' as const },
];
/** A run of characters can be long and of another meaning: what it decodes to is only looked at, not decoded for ever. */
const DEPTH = 2;

/** The text as it is, and whatever it may hold in base64 or hex, and whatever that may hold. */
const forms = (text: string, depth = DEPTH): readonly string[] =>
  depth === 0
    ? [text]
    : [
        text,
        ...RUNS.flatMap(({ pattern, encoding }) =>
          [...text.matchAll(pattern)].flatMap(([run]) => {
            const decoded = Buffer.from(run, encoding);
            // Where a run begins is a guess: `xx` in hex, or a word before the base64, shifts it.
            return [decoded, ...(encoding === 'base64' ? [1, 2, 3].map((skip) => Buffer.from(run.slice(skip), encoding)) : [])].flatMap((each) =>
              forms(each.toString('latin1'), depth - 1),
            );
          }),
        ),
      ];

/** How a value may be written down: as it is, escaped for JSON or a URL, in UTF-16, or as a plain hash that anybody can compute. */
const spellings = (value: string): readonly string[] => {
  const hashes = ['md5', 'sha1', 'sha256', 'sha512'].flatMap((name) => {
    const hash = createHash(name).update(value).digest();
    return [hash.toString('hex'), hash.toString('latin1')];
  });
  const utf8 = Buffer.from(value).toString('latin1');
  const wide = Buffer.from(value, 'utf16le').toString('latin1');

  return [...new Set([value, utf8, wide, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), ...hashes])].map((each) => each.toLowerCase());
};

/** Looks for values in text, whatever the case, and in everything the text may hold. */
export const scanner = (values: readonly string[]) => {
  const wanted = values.map((value) => ({ value, spellings: spellings(value) }));

  return {
    inText: (where: string, text: string): Hit[] => {
      const all = forms(text).map((form) => form.toLowerCase());
      return wanted.filter((each) => each.spellings.some((spelling) => all.some((form) => form.includes(spelling)))).map(({ value }) => ({ where, value }));
    },
    /** For files of many megabytes: bytes as they are. */
    inBytes: (where: string, bytes: Buffer): Hit[] => {
      const text = bytes.toString('latin1').toLowerCase();
      return wanted.filter((each) => each.spellings.some((spelling) => text.includes(spelling))).map(({ value }) => ({ where, value }));
    },
  };
};
export type Scanner = ReturnType<typeof scanner>;

/** Every row and column of every table there is, as the catalogue says. */
export const scanDatabase = async (url: string, look: Scanner): Promise<{ readonly hits: readonly Hit[]; readonly tables: readonly string[] }> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY 1`,
    );
    const hits: Hit[] = [];
    for (const { name } of tables) {
      const { rows, fields } = await client.query<unknown[]>({ text: `SELECT * FROM ${name}`, rowMode: 'array' });
      for (const [index, { name: column }] of fields.entries()) {
        const text = rows.map((row) => asText(row[index])).join('\n');
        hits.push(...look.inText(`${name}.${column}`, text));
      }
    }
    // What the server itself keeps of what it was told.
    const { rows: told } = await client.query<{ query: string }>('SELECT query FROM pg_stat_activity');
    hits.push(...look.inText('pg_stat_activity', told.map((row) => row.query).join('\n')));

    return { hits, tables: tables.map((table) => table.name) };
  } finally {
    await client.end();
  }
};

const asText = (value: unknown): string => {
  if (Buffer.isBuffer(value)) return value.toString('latin1');
  if (Array.isArray(value)) return value.map(asText).join('\n');
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
};

/** Every file below a folder, byte by byte. Text is decoded too; a log is text. */
export const scanFolder = (folder: string, look: Scanner, { except = [] }: { readonly except?: readonly string[] } = {}): { hits: Hit[]; bytes: number } => {
  const hits: Hit[] = [];
  let bytes = 0;
  const walk = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (except.includes(path)) continue;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) {
        const content = readFileSync(path);
        bytes += statSync(path).size;
        hits.push(...look.inBytes(path, content), ...(/\.(log|json|ndjson|txt|ya?ml)$/.test(path) ? look.inText(path, content.toString('utf8')) : []));
      }
    }
  };
  walk(folder);

  return { hits, bytes };
};
