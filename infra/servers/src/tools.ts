import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { StartError } from './start-error.ts';

export type Say = (line: string) => void;

/** A program that was found, and where. */
export interface Tool {
  readonly command: string;
  readonly from: string;
}

/** One place to look. `find` answers null when there is nothing; `slow` says what is about to take its time. */
export interface Source {
  readonly name: string;
  readonly find: () => Promise<string | null>;
}

/** Shared by all checkouts of a user, so that what took minutes is made once. */
export const cacheFolder = (): string => process.env['HANDOVER_CACHE_DIR'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'handover');

/** Tries the places in their order and says what it chose; a place that fails is reported, and the next one tried. */
export const firstOf = async (what: string, sources: readonly Source[], say: Say, remedy: string): Promise<Tool> => {
  const failures: string[] = [];
  for (const source of sources) {
    try {
      const command = await source.find();
      if (command !== null) {
        say(`${what}: ${source.name} (${command})`);
        return { command, from: source.name };
      }
      failures.push(`${source.name}: not there`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      say(`${what}: ${source.name} did not work: ${why}`);
      failures.push(`${source.name}: ${why}`);
    }
  }
  throw new StartError(`there is no ${what}: ${failures.join('; ')}. ${remedy}`);
};

/** A command on the PATH, or null. */
export const onPath = (name: string): string | null =>
  (process.env['PATH'] ?? '')
    .split(':')
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file)) ?? null;

/** A program that a variable names. */
export const given = (variable: string): string | null => {
  const path = process.env[variable];
  if (!path) return null;
  if (!existsSync(path)) throw new Error(`there is no file ${path}`);
  return path;
};

/** `HANDOVER_TEMPORAL_DOWNLOADS` names a mirror of https://temporal.download. */
export const downloadUrl = (path: string, version: string): string => {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `${process.env['HANDOVER_TEMPORAL_DOWNLOADS'] ?? 'https://temporal.download'}/${path}/${version}?platform=${platform}&arch=${arch}`;
};

/** Answers slowly or not at all means: not now. */
const ANSWER_MS = 4_000;
const WHOLE_MS = 120_000;

/**
 * Downloads a .tar.gz and moves the file of that name out of it. The host has a few seconds to begin to answer; only
 * then may the file take its time.
 */
export const download = async (url: string, file: string, target: string): Promise<string> => {
  const stop = new AbortController();
  const impatient = setTimeout(() => stop.abort(new Error(`no answer from ${new URL(url).host} within ${ANSWER_MS / 1000} s`)), ANSWER_MS);
  const late = setTimeout(() => stop.abort(new Error('the download took over two minutes')), WHOLE_MS);
  try {
    const response = await fetch(url, { signal: stop.signal });
    clearTimeout(impatient);
    if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    return await intoPlace(target, async (folder) => {
      await writeFile(join(folder, 'archive.tar.gz'), bytes);
      await run('tar', ['-xzf', 'archive.tar.gz'], { cwd: folder });
      rmSync(join(folder, 'archive.tar.gz'));
      return fileIn(folder, file);
    });
  } catch (error) {
    const { message } = (stop.signal.aborted ? stop.signal.reason : error) as Error;
    throw new Error(message === 'fetch failed' ? `${new URL(url).host} cannot be reached` : message);
  } finally {
    clearTimeout(impatient);
    clearTimeout(late);
  }
};

const fileIn = (folder: string, name: string): string => {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((each) => each === name || each.endsWith(`/${name}`));
  if (!found) throw new Error(`the archive holds no ${name}`);
  return join(folder, found);
};

/** Makes something in a folder of its own and moves it in one step: a second start never sees half of it. */
export const intoPlace = async (target: string, make: (folder: string) => Promise<string>): Promise<string> => {
  mkdirSync(join(target, '..'), { recursive: true });
  const folder = mkdtempSync(join(target, '..', '.making-'));
  try {
    const made = await make(folder);
    chmodSync(made, 0o755);
    renameSync(made, target);
    return target;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Said every ten seconds while it lasts, with the seconds so far. */
  readonly still?: (seconds: number) => void;
}

export const run = (command: string, args: readonly string[], { cwd, env = {}, still }: RunOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const begun = Date.now();
    const tick = setInterval(() => still?.(Math.round((Date.now() - begun) / 1000)), 10_000);
    const endChild = (): void => void child.kill('SIGTERM');
    process.once('exit', endChild);
    let output = '';
    const keep = (chunk: Buffer): void => void (output = (output + chunk.toString('utf8')).slice(-8_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => (clearInterval(tick), reject(new Error(`${command} cannot be run: ${error.message}`))));
    child.once('close', (code) => {
      clearInterval(tick);
      process.removeListener('exit', endChild);
      if (code === 0) resolve(output);
      else reject(new Error(`${command} failed (${code}): ${output.trim().split('\n').slice(-3).join(' | ').slice(-400)}`));
    });
  });
