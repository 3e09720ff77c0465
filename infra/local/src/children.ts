import { spawn } from 'node:child_process';
import { root } from './root.ts';

export interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs a program of the workspace with our terminal; its output is also returned. */
export const runChild = (command: string, args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}, quiet = false): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['inherit', 'pipe', 'pipe'] });
    const pass = (signal: NodeJS.Signals) => () => void child.kill(signal);
    const handlers = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => [signal, pass(signal)] as const);
    for (const [signal, handler] of handlers) process.on(signal, handler);
    let output = '';
    const hear =
      (to: NodeJS.WriteStream) =>
      (chunk: Buffer): void => {
        output = (output + chunk.toString('utf8')).slice(-200_000);
        if (!quiet) to.write(chunk);
      };
    child.stdout.on('data', hear(process.stdout));
    child.stderr.on('data', hear(process.stderr));
    child.once('error', reject);
    child.once('close', (code) => {
      for (const [signal, handler] of handlers) process.removeListener(signal, handler);
      resolve({ code: code ?? 1, output });
    });
  });
