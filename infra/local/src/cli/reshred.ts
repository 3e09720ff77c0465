import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { root } from '../instance.ts';
import { localOf } from './local.ts';
import { masterKeyFileOf } from './master-keys.ts';

/** Runs the worker's own program for it, with the rights of the schema's owner; its exit code is ours. */
export const reshred = (dataDir: string | undefined, lists: readonly string[], json: boolean): Promise<number> => {
  const data = resolve(root, dataDir ?? process.env['HANDOVER_DATA_DIR'] ?? '.data');
  const url = process.env['DATABASE_URL'] || localOf(dataDir).postgresUrl;

  return runReshred({
    url,
    masterKeyFile: masterKeyFileOf(dataDir),
    erasuresFile: join(data, 'erasures.ndjson'),
    lists: lists.map((list) => resolve(list)),
    json,
  });
};

export interface Reshred {
  readonly url: string;
  readonly masterKeyFile: string;
  readonly erasuresFile: string;
  readonly lists?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
}

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
