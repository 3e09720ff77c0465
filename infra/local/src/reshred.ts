import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './root.ts';

export interface Reshred {
  readonly url: string;
  readonly masterKeyFile: string;
  readonly erasuresFile: string;
  readonly lists?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Runs the worker's own program that erases again whom a restored backup brought back; its exit code is ours. */
export const runReshred = ({ url, masterKeyFile, erasuresFile, lists = [], json = false, quiet = false }: Reshred): Promise<number> =>
  new Promise((done, failed) => {
    const child = spawn(process.execPath, ['--enable-source-maps', join(root, 'apps/worker/dist/reshred.main.js'), ...(json ? ['--json'] : []), ...lists], {
      stdio: ['ignore', quiet ? 'ignore' : 'inherit', 'inherit'],
      env: {
        ...process.env,
        DATABASE_URL: url,
        HANDOVER_MASTER_KEY_FILE: masterKeyFile,
        HANDOVER_ERASURES_FILE: process.env['HANDOVER_ERASURES_FILE'] || erasuresFile,
      },
    });
    child.once('error', failed);
    child.once('exit', (code) => done(code ?? 1));
  });
