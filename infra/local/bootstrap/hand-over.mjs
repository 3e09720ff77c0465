import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Runs the built program in our place: same terminal, our signals, its exit code. */
export const handOver = (root, args) =>
  new Promise((resolve) => {
    const main = join(root, 'infra/local/dist/main.js');
    // The channel carries no message. It closes when this process dies, however it dies, and the program then stops by itself.
    const child = spawn(process.execPath, ['--enable-source-maps', main, ...args], { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    const watch = watchNpm(() => child.kill('SIGTERM'));

    child.on('exit', (code, signal) => {
      clearInterval(watch);
      process.exitCode = code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGKILL' ? 137 : 143);
      resolve();
    });
  });

/** `npm start` that is killed cannot pass the news on, so its script looks whether its parent is still the one it began with. */
const watchNpm = (gone) => {
  if (!process.env.npm_lifecycle_event) return undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    gone();
  }, 1000);
  timer.unref();

  return timer;
};
