import { join } from 'node:path';
import type { Say } from '@handover/servers';
import { runChild } from './children.ts';
import { root } from './root.ts';

/** `npm run check`: types (built before we came here), lint with boundaries, formatting of what people write by hand. */
export const check = async (_args: readonly string[], say: Say): Promise<number> => {
  const bin = (path: string): string => join(root, 'node_modules', path);
  const steps: readonly (readonly [string, string, readonly string[]])[] = [
    ['types', bin('tsc7/bin/tsc'), ['-b', root]],
    ['project references', join(root, 'infra/tools/check-references.mjs'), []],
    ['project graph', bin('nx/dist/bin/nx.js'), ['show', 'projects']],
    ['lint and boundaries', bin('eslint/bin/eslint.js'), ['--max-warnings=0', '.']],
    ['formatting', bin('prettier/bin/prettier.cjs'), ['--check', '--log-level=warn', '.']],
  ];
  const failed: string[] = [];
  for (const [name, program, args] of steps) {
    say(`Checking ${name} …`);
    if ((await runChild(process.execPath, [program, ...args], { NX_DAEMON: 'false' }, name === 'project graph')).code !== 0) failed.push(name);
  }
  say(failed.length === 0 ? 'All checks passed.' : `Not in order: ${failed.join(', ')}.`);

  return failed.length === 0 ? 0 : 1;
};
