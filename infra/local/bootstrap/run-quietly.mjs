import { spawn } from 'node:child_process';

/**
 * Runs a command whose output matters only when it fails, and says every few seconds that it is still at work.
 * A signal to this process is passed on to it: Ctrl-C must not leave an installation running behind the prompt.
 */
export const runQuietly = (command, args, { cwd, every, still }) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const begun = Date.now();
    const tick = setInterval(() => console.log(`  … ${still} (${Math.round((Date.now() - begun) / 1000)} s)`), every * 1000);
    let output = '';
    const keep = (chunk) => (output = (output + chunk).slice(-20_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);

    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const stop = (signal) => {
      child.kill(signal);
      process.exit(130);
    };
    for (const signal of signals) process.on(signal, stop);
    const settle = (then) => {
      clearInterval(tick);
      for (const signal of signals) process.removeListener(signal, stop);
      then();
    };
    child.on('error', (error) => settle(() => reject(new Error(`${command} could not be run: ${error.message}`))));
    child.on('close', (code) => settle(() => resolve({ code: code ?? 1, output })));
  });
