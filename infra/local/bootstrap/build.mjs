import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from './run-quietly.mjs';

/** Compiles what changed since the last time; under a second when nothing did. */
export const ensureBuilt = async (root) => {
  if (!existsSync(join(root, 'infra/local/dist/main.js'))) console.log('Compiling the sources …');
  const args = [join(root, 'node_modules/tsc7/bin/tsc'), '-b', root, '--pretty', String(Boolean(process.stdout.isTTY))];
  const { code, output } = await runQuietly(process.execPath, args, { cwd: root, every: 10, still: 'still compiling' });
  if (code === 0) return;

  console.error(output.trim());
  throw new Error('The sources do not compile: mend the errors above and run the command again.');
};
