import { join } from 'node:path';
import { runChild } from './children.ts';
import { root } from './root.ts';

/** `npm run sandbox`: the Dialpad sandbox alone. */
export const sandbox = async (args: readonly string[]): Promise<number> =>
  (await runChild(process.execPath, ['--enable-source-maps', join(root, 'apps/dialpad-sandbox/dist/main.js'), ...args])).code;
