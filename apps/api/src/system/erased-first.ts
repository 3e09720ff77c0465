import { livingOf, readErasures, unshredded } from '@handover/event-store-postgres';
import type { Logger } from '@handover/observability';
import type { DataSource } from 'typeorm';

const LOOK_AGAIN_MS = 1_000;

/**
 * A restored backup brings destroyed keys back. The worker, which may destroy keys, does so at its start; until then nothing
 * is served, because it would show whom we have promised to forget.
 */
export const untilErased = async (dataSource: DataSource, file: string | undefined, log: Logger): Promise<void> => {
  const listed = file === undefined ? [] : (await readErasures(file)).map((each) => each.personRef);
  for (let looks = 0; ; looks += 1) {
    const back = new Set([...(await unshredded(dataSource)), ...(await livingOf(dataSource, listed))]);
    if (back.size === 0) return;
    if (looks % 30 === 0)
      log.warn({ persons: back.size }, 'keys of erased persons are back, as after a restore: waiting for the worker, or npm run handover -- reshred');
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
};
