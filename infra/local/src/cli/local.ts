import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StartError } from '@handover/servers';
import type { Local } from '../instance.ts';
import { root } from '../root.ts';

/** The instance that runs on a data folder. @throws StartError when none does. */
export const localOf = (dataDir: string | undefined): Local => {
  const file = join(resolve(root, dataDir ?? process.env['HANDOVER_DATA_DIR'] ?? '.data'), 'local.json');
  if (!existsSync(file)) throw new StartError(`no instance runs on this data folder (${file} is not there); start one with npm start`);
  return JSON.parse(readFileSync(file, 'utf8')) as Local;
};

/** @throws StartError with the path when it cannot be read. */
export const readFile = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new StartError(`the file ${path} cannot be read`);
  }
};
