import type { Say } from '@handover/servers';
import { withReadModels } from './read-models.ts';

export const subscriptions = (dataDir: string | undefined, json: boolean, say: Say): Promise<number> =>
  withReadModels(dataDir, async (readModels) => {
    const all = await readModels.status();
    if (json) say(JSON.stringify({ subscriptions: all }));
    else if (all.length === 0) say('Nothing follows the log yet; a worker begins it when it starts.');
    else
      for (const { name, state, generation, position, lag, at, failure } of all)
        say(
          `  ${name.padEnd(20)} ${state.padEnd(8)} generation ${generation}, ${position} events, ${lag} behind, ${at}${failure ? `  ! ${failure.what}, since ${failure.since}` : ''}`,
        );

    return all.some(({ failure }) => failure !== null) ? 1 : 0;
  });
