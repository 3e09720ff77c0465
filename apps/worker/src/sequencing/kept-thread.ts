import { Worker } from 'node:worker_threads';
import type { Logger } from '@handover/observability';

export interface KeptThread {
  /** File that the thread runs, ending by itself once it gets a message. */
  readonly entry: URL;
  /** Its `workerData`. */
  readonly data: object;
  /** For the log: what the thread does. */
  readonly what: string;
  /** ms between the end of a thread that nobody asked to end and the next. */
  readonly againMs?: number;
  readonly log: Logger;
}

/** A thread that is begun anew when it ends by itself, whatever it died of, until it is stopped. */
export const keepThread = ({ entry, data, what, againMs = 1_000, log }: KeptThread): { readonly stop: () => Promise<void> } => {
  let isStopping = false;
  let thread: Worker | null = null;
  let next: NodeJS.Timeout | null = null;
  const begin = (): void => {
    const begun = new Worker(entry, { workerData: data });
    thread = begun;
    begun.on('error', (error) => log.error({ err: error, thread: what }, 'a thread failed'));
    begun.once('exit', (exitCode) => {
      thread = null;
      if (isStopping) return;
      log.warn({ exitCode, thread: what }, 'a thread ended and is begun anew');
      next = setTimeout(begin, againMs);
    });
  };
  begin();

  return {
    stop: async () => {
      isStopping = true;
      if (next) clearTimeout(next);
      const last = thread;
      if (!last) return;
      await new Promise((resolve) => {
        last.once('exit', resolve);
        last.postMessage('stop');
      });
    },
  };
};
