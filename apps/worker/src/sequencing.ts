import { appendFile } from 'node:fs/promises';
import { Sequencer, type SequencerOptions } from '@handover/event-store-postgres';
import type { Logger } from '@handover/observability';
import type { DataSource } from 'typeorm';

export interface SequencingOptions extends Pick<SequencerOptions, 'signer'> {
  readonly dataSource: DataSource;
  /** A file that each checkpoint is appended to; best on another machine. */
  readonly checkpointFile: string | null;
  readonly log: Logger;
}

/** How long what follows the log lags behind at most, while nothing is wrong; a look costs some 3 ms of the database. */
const EVERY_MS = 100;
const CHECKPOINT_EVERY_MS = 60_000;

/** Seals events into the log ten times a second and signs a checkpoint every minute, and once more at the end. */
export const startSequencing = ({ dataSource, signer, checkpointFile, log }: SequencingOptions): { readonly stop: () => Promise<void> } => {
  const publish = async (note: string): Promise<void> => {
    if (checkpointFile === null) return;
    await appendFile(checkpointFile, `${note}\n`).catch((error: unknown) => log.error({ err: error }, 'a checkpoint could not be written to its file'));
  };
  const sequencer = new Sequencer(dataSource, { signer, checkpointEveryMs: CHECKPOINT_EVERY_MS, publish });
  let working: Promise<unknown> = Promise.resolve();
  let isWorking = false;
  const work = (): void => {
    if (isWorking) return;
    isWorking = true;
    working = sequencer
      .once()
      .catch((error: unknown) => log.error({ err: error }, 'events could not be sealed and are tried again'))
      .finally(() => (isWorking = false));
  };
  const timer = setInterval(work, EVERY_MS);

  return {
    stop: async () => {
      clearInterval(timer);
      await working;
      await sequencer
        .once({ checkpoint: true })
        .catch((error: unknown) => log.error({ err: error }, 'the last events were not sealed; the next start does it'));
    },
  };
};
