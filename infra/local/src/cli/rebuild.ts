import { setTimeout as sleep } from 'node:timers/promises';
import { UnknownReadModel, type ReadModels } from '@handover/event-store-postgres';
import { StartError, type Say } from '@handover/servers';
import { withReadModels } from './read-models.ts';

const SAY_EVERY_MS = 1_000;

/** Goes on where an interrupted rebuild stopped; workers that run help, and whoever comes to the end switches. */
export const rebuild = (name: string | undefined, dataDir: string | undefined, json: boolean, say: Say): Promise<number> =>
  withReadModels(dataDir, async (readModels) => {
    if (name === undefined) throw new StartError(`which read model? There are ${readModels.projections.map((each) => each.name).join(', ')}`);
    const { generation } = await begun(readModels, name);
    const start = Date.now();
    let said = 0;
    for (;;) {
      const done = await readModels.advance(name);
      const now = (await readModels.status()).find((each) => each.name === name && each.generation === generation);
      if (!now) throw new StartError(`generation ${generation} of ${name} is gone: another rebuild took its place`);
      if (now.state === 'live') {
        say(
          json
            ? JSON.stringify({ ...now, seconds: (Date.now() - start) / 1000 })
            : `${name}: ${now.position} events applied; generation ${generation} is what readers see now`,
        );
        return 0;
      }
      if (!json && Date.now() - said >= SAY_EVERY_MS) {
        said = Date.now();
        say(`${name}: ${now.position} of ${now.position + now.lag} events (${percent(now.position, now.lag)} %)`);
      }
      if (done === 0) await sleep(50); // a worker has the row at this moment
    }
  });

const percent = (position: number, lag: number): number => Math.floor((100 * position) / Math.max(1, position + lag));

const begun = async (readModels: ReadModels, name: string): Promise<{ generation: number }> => {
  try {
    return await readModels.rebuild(name);
  } catch (error) {
    if (error instanceof UnknownReadModel) throw new StartError(error.message);
    throw error;
  }
};
