import type { Intake } from '@handover/case-service';
import type { Logger } from '@handover/observability';
import { codeOf, isPassing } from './passing-trouble.ts';
import type { Relay } from './poller.ts';

export interface InboxEntryTaken {
  readonly id: string;
  readonly source: string;
  readonly attempts: number;
  readonly failures: number;
  readonly receivedAt: string;
  readonly body: () => Promise<Uint8Array>;
}

export interface InboxDeps {
  readonly take: (limit: number) => Promise<readonly InboxEntryTaken[]>;
  readonly postpone: (id: string, delayMs: number, why: string) => Promise<void>;
  readonly countFailure: (id: string, failure: { readonly code: string; readonly delayMs: number; readonly limit: number }) => Promise<void>;
  /** So many failures of its own, and an entry waits for a person. */
  readonly attempts: number;
  readonly intake: Pick<Intake, 'take'>;
  readonly log: Logger;
}

const LONGEST_MS = 300_000;
/** A neighbour that comes back is noticed soon, however long it was away. */
const LONGEST_AWAY_MS = 30_000;

/**
 * From durable bytes to what cases do; none is lost. Trouble that passes (the database, a KMS or Dialpad is away, a master key
 * or a right is missing) postpones an entry as often as it takes. An entry that fails by itself is tried with growing pauses,
 * then given up as `failed` until an operator has it tried again.
 *
 * Later entries never wait for it, not even those of the same person: nobody knows whose it is before it is worked, and the
 * order that counts is the one HR meant (`sequence`, else the body's time), not that of arrival. A fact that is worked late
 * is put in its place among the others, and what has overtaken it stands.
 */
export const inboxRelay = (deps: InboxDeps): Relay => ({
  name: 'inbox',
  once: async () => {
    const entries = await deps.take(20);
    // One after the other: facts of one person are told in the order they came, and one person is found only once.
    for (const entry of entries) await work(deps, entry);
    return entries.length;
  },
});

const work = async (deps: InboxDeps, entry: InboxEntryTaken): Promise<void> => {
  const { intake, log } = deps;
  try {
    const taken = await intake.take({
      id: entry.id,
      source: entry.source,
      body: JSON.parse(Buffer.from(await entry.body()).toString('utf8')) as unknown,
      by: { actor: `source:${entry.source}`, channel: 'webhook', commandId: entry.id },
      receivedAt: entry.receivedAt,
      inbox: true,
    });
    log.info({ inboxId: entry.id, source: entry.source, status: taken.status, caseIds: taken.caseIds }, 'fact taken in');
  } catch (error) {
    await (isPassing(error) ? later(deps, entry, error) : failed(deps, entry, error));
  }
};

const later = async ({ postpone, log }: InboxDeps, entry: InboxEntryTaken, error: unknown): Promise<void> => {
  const delayMs = pause(entry.attempts, LONGEST_AWAY_MS);
  log.warn({ err: error, inboxId: entry.id, retryInMs: delayMs }, 'the fact could not be worked now and is tried again');
  await postpone(entry.id, delayMs, codeOf(error));
};

const failed = async ({ countFailure, attempts, log }: InboxDeps, entry: InboxEntryTaken, error: unknown): Promise<void> => {
  const delayMs = pause(entry.failures + 1, LONGEST_MS);
  const isLast = entry.failures + 1 >= attempts;
  log.error(
    { err: error, inboxId: entry.id, failures: entry.failures + 1, ...(isLast ? {} : { retryInMs: delayMs }) },
    isLast ? 'the fact could not be worked and waits for an operator' : 'the fact could not be worked and is tried again',
  );
  await countFailure(entry.id, { code: codeOf(error), delayMs, limit: attempts });
};

const pause = (tries: number, longestMs: number): number => Math.min(longestMs, 500 * 2 ** Math.min(tries, 10));
