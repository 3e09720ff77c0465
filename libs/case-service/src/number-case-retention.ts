import { RuleViolation, type RetentionOfCase } from '@handover/case';
import type { EventStore } from '@handover/event-store';
import type { By } from './by.ts';
import { Cases, caseStream } from './cases.ts';

export interface SilentCase {
  readonly caseId: string;
  /** ISO instant of its last event. */
  readonly lastAt: string;
}

/** Closed cases about numbers in which nothing happened since, and in which words can still be read. */
export interface SilentNumberCases {
  readonly silentNumberCases: (before: string) => AsyncIterable<SilentCase>;
}

/** Ids of those that no legal hold keeps. */
export async function* numberCasesToForget(store: EventStore, rows: SilentNumberCases, before: string): AsyncGenerator<SilentCase> {
  const cases = new Cases(store);
  for await (const each of rows.silentNumberCases(before)) if ((await cases.load(each.caseId))?.state.legalHold === null) yield each;
}

/** The key under which people's words in it are sealed is destroyed, with the word of it in the case. False: it is kept after all. */
export const forgetNumberCase = async (
  store: EventStore,
  caseId: string,
  { applied, now }: { readonly applied: RetentionOfCase; readonly now: string },
  by: By,
): Promise<boolean> => {
  const destroyKeysOf = [caseStream(caseId)];
  // Said before, and the key is there: a restored backup brought it back.
  if ((await store.read(caseStream(caseId))).some((event) => event.type === 'RetentionApplied')) {
    await store.commit([], { destroyKeysOf });
    return true;
  }
  try {
    await new Cases(store).execute(caseId, { type: 'applyRetention', applied, now }, { ...by, fromWorkflow: true }, { destroyKeysOf });
    return true;
  } catch (error) {
    if (error instanceof RuleViolation) return false;
    throw error;
  }
};
