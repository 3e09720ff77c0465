import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '@handover/servers';
import { startedAt } from './processes.ts';

interface Recorded {
  readonly name: string;
  readonly pid: number;
  /** Tells a process from a later one with the same pid. */
  readonly started: string | null;
}

/** `run.json`: who runs on this data folder. What a killed start left behind is found by it, never by name. */
export class RunRecord {
  readonly #file: string;
  #all: readonly Recorded[] = [];

  constructor(dataDir: string) {
    this.#file = join(dataDir, 'run.json');
  }

  /** Ends orphans of an earlier start, in order. @throws StartError when that start still lives. */
  async takeOver(say: (line: string) => void): Promise<void> {
    const before = read(this.#file);
    const main = before.find((each) => each.name === 'main');
    if (main && isAlive(main))
      throw new StartError(`Handover runs on this data folder already (pid ${main.pid}); stop that one first, or choose another folder with HANDOVER_DATA_DIR`);
    await end(
      before.filter((each) => each.name !== 'main' && isAlive(each)),
      say,
    );
    this.set('main', process.pid);
  }

  set(name: string, pid: number): void {
    this.#write([...this.#all.filter((each) => each.name !== name), { name, pid, started: startedAt(pid) }]);
  }

  clear(): void {
    rmSync(this.#file, { force: true });
  }

  #write(all: readonly Recorded[]): void {
    this.#all = all;
    writeFileSync(`${this.#file}.new`, JSON.stringify(all, null, 2), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}

const read = (file: string): readonly Recorded[] => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as readonly Recorded[];
  } catch {
    return [];
  }
};

/** Ends what a record names and is still alive; for whoever has no part of it running. */
export const endOrphans = (file: string): Promise<void> =>
  end(
    read(file).filter((each) => each.name !== 'main' && isAlive(each)),
    () => undefined,
  );

const end = async (orphans: readonly Recorded[], say: (line: string) => void): Promise<void> => {
  for (const { name, pid } of orphans) {
    say(`Ending ${name} (pid ${pid}), left behind by a start that was killed`);
    signal(pid, name === 'postgres' ? 'SIGINT' : 'SIGTERM'); // to PostgreSQL SIGTERM means: wait for all clients
  }
  for (const deadline = Date.now() + 10_000; orphans.some(isAlive) && Date.now() < deadline;) await sleep(50);
  for (const each of orphans.filter(isAlive)) signal(each.pid, each.name === 'postgres' ? 'SIGQUIT' : 'SIGKILL');
};

const isAlive = ({ pid, started }: Recorded): boolean => started !== null && startedAt(pid) === started;

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself meanwhile.
  }
};
