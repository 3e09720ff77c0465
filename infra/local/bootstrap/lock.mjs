import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Runs `work` while no other start in this checkout installs or builds; waits for its turn, and says so. */
export const withLock = async (file, work) => {
  mkdirSync(dirname(file), { recursive: true });
  await acquire(file);
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
};

const acquire = async (file) => {
  for (let waited = 0; ; waited += 1) {
    try {
      writeFileSync(file, JSON.stringify({ pid: process.pid, started: startedAt(process.pid) }), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code === 'EACCES' || error.code === 'EROFS') {
        throw new Error(`This checkout cannot be written by the user who runs the command (${file}): run it as the owner of the folder.`);
      }
      if (error.code !== 'EEXIST') throw error;
    }
    if (takeOverIfDead(file)) continue;
    if (waited % 40 === 0) console.log('Another command is installing or building in this checkout; waiting for it …');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
};

/** A holder that was killed leaves its file behind. Renaming first makes sure that only one waiter takes it away. */
const takeOverIfDead = (file) => {
  try {
    const text = readFileSync(file, 'utf8');
    if (text === '') return false; // being written this moment
    const { pid, started } = JSON.parse(text);
    if (startedAt(pid) === started) return false;
    const aside = `${file}.${process.pid}`;
    renameSync(file, aside);
    rmSync(aside);
    return true;
  } catch {
    return false;
  }
};

/** When a process began, so that a recycled pid is not mistaken for the holder; where there is no /proc, whether it lives. */
const startedAt = (pid) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    try {
      process.kill(pid, 0);
      return process.platform === 'linux' ? null : 'alive';
    } catch {
      return null;
    }
  }
};
