import { hash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Code, and the files it was made of. */
export interface Made {
  readonly code: string;
  readonly files: readonly string[];
}

interface Kept {
  readonly code: string;
  /** Digest of each file by its path. */
  readonly madeOf: Readonly<Record<string, string>>;
}

/** By so much a file's time may be before the clock's: kernels stamp with a clock of their own that ticks (Linux: up to 10 ms). */
const STAMP_MS = 100;

/**
 * Bundling takes three seconds of a core, in which a worker that comes back after a crash serves nobody. So what was made is
 * kept in `file` with a digest of every file it was made of, and made again as soon as one of them is another or gone. A place
 * that cannot be read or written costs time, and nothing else: `notKept` is told. Several processes may do this at once.
 */
export const keptBundle = async (file: string, make: () => Promise<Made>, notKept: (why: unknown) => void): Promise<string> => {
  const kept = await readKept(file);
  if (kept && (await isStill(kept.madeOf))) return kept.code;
  const begun = Date.now() - STAMP_MS;
  const { code, files } = await make();
  // Of what changed meanwhile nobody knows which text went in.
  const madeOf = (await areOlder(files, begun)) ? await digests(files) : null;
  if (madeOf) await keep(file, { code, madeOf }).catch(notKept);

  return code;
};

const readKept = async (file: string): Promise<Kept | null> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Kept;
  } catch {
    return null;
  }
};

const isStill = async (madeOf: Kept['madeOf']): Promise<boolean> => {
  const now = await digests(Object.keys(madeOf));
  return now !== null && Object.entries(madeOf).every(([path, digest]) => now[path] === digest);
};

const areOlder = async (paths: readonly string[], than: number): Promise<boolean> => {
  const times = await Promise.all(paths.map(async (path) => (await stat(path).catch(() => null))?.mtimeMs ?? Infinity));
  return times.every((time) => time < than);
};

/** Null when one of them cannot be read. */
const digests = async (paths: readonly string[]): Promise<Record<string, string> | null> => {
  try {
    return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, hash('sha256', await readFile(path), 'hex')] as const)));
  } catch {
    return null;
  }
};

/** Under another name first: nobody ever reads half of it. */
const keep = async (file: string, kept: Kept): Promise<void> => {
  await mkdir(dirname(file), { recursive: true });
  const half = `${file}.${randomUUID()}`;
  await writeFile(half, JSON.stringify(kept), { mode: 0o600 });
  await rename(half, file);
};
