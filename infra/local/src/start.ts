import { parseArgs } from 'node:util';
import type { Say } from '@handover/servers';
import { startInstance, type Instance } from './instance.ts';
import { root } from './root.ts';
import { onStop } from './stopping.ts';
import { portFlags, readSettings } from './settings.ts';

/** `npm start`: everything, until it is stopped. */
export const start = async (args: readonly string[], say: Say): Promise<number> => {
  const options = Object.fromEntries([...portFlags, 'data-dir', 'policy'].map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args: [...args], options });
  const settings = readSettings(root, process.env, values as Record<string, string | undefined>);

  let instance: Instance | null = null;
  const { stopped, isStopping } = onStop(async () => {
    say('Stopping …');
    await instance?.stop();
  });
  const begun = startInstance(settings, say);
  // Stopped while starting: what runs by then is stopped once the start is over.
  instance = await begun;
  if (isStopping()) await instance.stop();
  else tellWhere(instance, say);
  await stopped;
  say('Stopped.');

  return 0;
};

const tellWhere = ({ local }: Instance, say: Say): void => {
  say('');
  say('Handover runs.');
  say(`  API            ${local.api}   (documentation ${local.api}/docs)`);
  say(`  Temporal UI    ${local.temporalUi}`);
  if (local.sandbox) say(`  Dialpad        ${local.sandbox} (sandbox; controls ${local.sandbox}/sandbox/state)`);
  say(`  HR hook        ${local.hooks.generic.url}`);
  say(`  Log            ${local.log}`);
  say(`  Policy         ${local.policy}`);
  say('Keys, secrets and pids are in local.json of the data folder. Ctrl-C stops everything; the data is kept.');
};
