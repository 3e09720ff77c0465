import { publishErasures, scrubKeys, erasureCount } from '@handover/event-store-postgres';
import type { Logger } from '@handover/observability';
import type { DataSource } from 'typeorm';

const EVERY_MS = 5_000;
/** Many leave at once; the table is written anew for all of them together. */
const SCRUB_EVERY_MS = 60_000;

export interface UpkeepOptions {
  readonly dataSource: DataSource;
  /** The list of erasures, best on another machine: after a restore it says who has to be erased again. */
  readonly file: string | null;
  readonly log: Logger;
}

/** What follows an erasure and is no part of its transaction: the list outside, and the bytes of the destroyed key in the table. */
export const keepUpErasures = ({ dataSource, file, log }: UpkeepOptions): { readonly stop: () => Promise<void> } => {
  let seen = -1;
  let scrubbed = 0;
  let working: Promise<void> = Promise.resolve();
  const once = async (last: boolean): Promise<void> => {
    const count = await erasureCount(dataSource);
    if (count === seen) return;
    if (file !== null) await publishErasures(dataSource, file);
    if (!last && Date.now() - scrubbed < SCRUB_EVERY_MS) return;
    scrubbed = Date.now(); // a long transaction can hold this up for hours: tried again as seldom as done anew
    await scrubKeys(dataSource);
    seen = count;
  };
  const work = (last = false): void => {
    working = working.then(() => once(last)).catch((error: unknown) => log.error({ err: error }, 'the list of erasures could not be kept and is tried again'));
  };
  work();
  const timer = setInterval(() => work(), EVERY_MS);

  return {
    stop: async () => {
      clearInterval(timer);
      work(true);
      await working;
    },
  };
};
