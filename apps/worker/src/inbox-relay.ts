import type { Intake } from '@handover/case-service';
import type { Logger } from '@handover/observability';
import type { Relay } from './poller.ts';

export interface InboxEntryTaken {
  readonly id: string;
  readonly source: string;
  readonly attempts: number;
  readonly receivedAt: string;
  readonly body: Uint8Array;
}

export interface InboxDeps {
  readonly take: (limit: number) => Promise<readonly InboxEntryTaken[]>;
  readonly postpone: (id: string, delayMs: number, why: string) => Promise<void>;
  readonly intake: Intake;
  readonly log: Logger;
}

/** From durable bytes to what cases do. An entry that cannot be worked now is tried again; none is lost. */
export const inboxRelay = (deps: InboxDeps): Relay => ({
  name: 'inbox',
  once: async () => {
    const entries = await deps.take(20);
    // One after the other: facts of one person are told in the order they came, and one person is found only once.
    for (const entry of entries) await work(deps, entry);
    return entries.length;
  },
});

const work = async ({ intake, postpone, log }: InboxDeps, entry: InboxEntryTaken): Promise<void> => {
  try {
    const taken = await intake.take({
      id: entry.id,
      source: entry.source,
      body: JSON.parse(Buffer.from(entry.body).toString('utf8')) as unknown,
      by: { actor: `source:${entry.source}`, channel: 'webhook', commandId: entry.id },
      receivedAt: entry.receivedAt,
      inbox: true,
    });
    log.info({ inboxId: entry.id, source: entry.source, status: taken.status, caseIds: taken.caseIds }, 'fact taken in');
  } catch (error) {
    const delay = Math.min(300_000, 500 * 2 ** Math.min(entry.attempts, 10));
    log.error({ err: error, inboxId: entry.id, retryInMs: delay }, 'the fact could not be worked and is tried again');
    await postpone(entry.id, delay, error instanceof Error ? error.name : 'unknown');
  }
};
