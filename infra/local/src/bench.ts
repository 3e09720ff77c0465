import { join } from 'node:path';
import type { Say } from '@handover/servers';
import { temporalCli } from '@handover/servers';
import { runChild } from './children.ts';
import { root } from './root.ts';

/** `npm run bench [-- NAME …] [--json FILE]`: measurements beside their baselines. */
export const bench = async (args: readonly string[], say: Say): Promise<number> => {
  const { command } = await temporalCli(say);
  return (await runChild(process.execPath, ['--enable-source-maps', join(root, 'test/dist/bench/main.js'), ...args], { HANDOVER_TEMPORAL_CLI: command })).code;
};
