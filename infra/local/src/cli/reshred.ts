import { join, resolve } from 'node:path';
import { runReshred } from '../reshred.ts';
import { root } from '../root.ts';
import { localOf } from './local.ts';
import { masterKeyFileOf } from './master-keys.ts';

/** With the rights of the schema's owner. */
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
