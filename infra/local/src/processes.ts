import { spawn } from 'node:child_process';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A part that runs: a process of ours, and how to end it. */
export interface Running {
  readonly pid: number;
  /** Resolves with its last words when it has ended, for whatever reason. */
  readonly exited: Promise<string>;
  readonly stop: () => Promise<void>;
}

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The file that all its output goes to. Opened by the child: it does not depend on us being alive. */
  readonly log: string;
  readonly isReady: () => Promise<boolean>;
  /** ms */
  readonly readyWithin: number;
  /** ms it may take to end in order, before it is ended at once. */
  readonly patience: number;
}

/** @throws Error with the process's last words when it ends, or does not become ready in time. */
export const startProcess = async ({ command, args, env = {}, cwd, log, isReady, readyWithin, patience }: ProcessOptions): Promise<Running> => {
  const file = openSync(log, 'a', 0o600);
  // A group of its own, so that Ctrl-C reaches us alone and parts are stopped in their order.
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', file, file], detached: true });
  closeSync(file);
  let ended: string | null = null;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve((ended = error.message)));
    child.once('exit', (code, signal) => resolve((ended = signal === null ? `ended with code ${code}` : `ended by ${signal}`)));
  });
  const stop = async (): Promise<void> => {
    if (ended !== null) return;
    child.kill('SIGTERM');
    await Promise.race([exited, sleep(patience, undefined, { ref: false })]);
    if (ended === null) child.kill('SIGKILL');
    await exited;
  };

  for (const deadline = Date.now() + readyWithin; ; await sleep(50)) {
    if (ended !== null) throw new Error(`${ended}; last words: ${lastWords(log)}`);
    if (await isReady()) return { pid: child.pid ?? 0, exited, stop };
    if (Date.now() > deadline) {
      await stop();
      throw new Error(`was not ready within ${readyWithin / 1000} s; last words: ${lastWords(log)}`);
    }
  }
};

const lastWords = (log: string): string => {
  const lines = readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '');
  return (lines[lines.length - 1] ?? 'none').slice(0, 400);
};

/** When a process began, so that a recycled pid is never taken for ours; null when it is gone. Linux; elsewhere `alive`. */
export const startedAt = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    if (process.platform === 'linux') return null;
  }
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch {
    return null;
  }
};
