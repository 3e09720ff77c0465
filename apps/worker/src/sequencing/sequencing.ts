import { CHECKPOINT_CHANNEL, LogListener, Sequencer, type SequencerOptions } from '@handover/event-store-postgres';
import type { Logger } from '@handover/observability';
import type { DataSource } from 'typeorm';

export interface SequencingOptions extends Pick<SequencerOptions, 'signer' | 'checkpointEveryMs'> {
  readonly dataSource: DataSource;
  readonly log: Logger;
}

/** How long what follows the log lags behind at most, while nothing is wrong; a look costs some 3 ms of the database. */
const EVERY_MS = 100;
const SAY_AGAIN_MS = 60_000;

/** However often somebody asks. */
const ASKED_EVERY_MS = 1_000;

/** Seals events into the log ten times a second and signs a checkpoint as often as the policy says, when somebody asks, and once more at the end. */
export const startSequencing = ({ dataSource, log, ...options }: SequencingOptions): { readonly stop: () => Promise<void> } => {
  let said = 0;
  const refused: SequencerOptions['refused'] = (why, keyId) => {
    if (Date.now() - said < SAY_AGAIN_MS) return;
    said = Date.now();
    log.error({ keyId, why }, 'no checkpoint is signed: HANDOVER_CHECKPOINT_KEY_FILE holds another key than the log has; see handover keys show');
  };
  const sequencer = new Sequencer(dataSource, { ...options, refused });
  let isAsked = false;
  let signedWhenAsked = 0;
  const listener = new LogListener(dataSource, CHECKPOINT_CHANNEL).start();
  listener.onNews(() => (isAsked = true));
  const signsNow = (): boolean => {
    if (!isAsked || Date.now() - signedWhenAsked < ASKED_EVERY_MS) return false;
    isAsked = false;
    signedWhenAsked = Date.now();
    return true;
  };
  let working: Promise<unknown> = Promise.resolve();
  let isWorking = false;
  const work = (): void => {
    if (isWorking) return;
    isWorking = true;
    working = sequencer
      .once({ checkpoint: signsNow() })
      .catch((error: unknown) => log.error({ err: error }, 'events could not be sealed and are tried again'))
      .finally(() => (isWorking = false));
  };
  const timer = setInterval(work, EVERY_MS);

  return {
    stop: async () => {
      clearInterval(timer);
      listener.stop();
      await working;
      await sequencer
        .once({ checkpoint: true })
        .catch((error: unknown) => log.error({ err: error }, 'the last events were not sealed; the next start does it'));
    },
  };
};
