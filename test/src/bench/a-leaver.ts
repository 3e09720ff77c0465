import { randomUUID } from 'node:crypto';
import type { CaseEvent, OpenCaseCommand } from '@handover/case';
import { leaverTerms } from '@handover/case/testing';
import { Cases } from '@handover/case-service';
import { InMemoryEventStore } from '@handover/event-store';

const REASON = 'She told us on Monday that she goes, and asked that her team hears it from her first.';

export const opening = (personRef: string): OpenCaseCommand => ({
  personRef,
  source: 'generic',
  requester: 'source:generic',
  office: 'Berlin',
  terms: leaverTerms,
  factId: randomUUID(),
  reason: REASON,
});

/** HR changes its mind about the day so many times. */
export const changes = (times: number) =>
  Array.from({ length: times }, (_, day) => ({
    type: 'changeTerms' as const,
    factId: randomUUID(),
    terms: { ...leaverTerms, lastWorkingDay: `2026-04-${day + 10}` },
  }));

/** The events of a case that is opened, and whose terms are changed until there are so many. */
export const aStory = async (events: number): Promise<readonly CaseEvent[]> => {
  const commands = [{ type: 'open' as const, open: opening(randomUUID()) }, ...changes(events - 1)];
  const by = { actor: 'bench', channel: 'system', commandId: randomUUID() } as const;

  return (await new Cases(new InMemoryEventStore()).execute(randomUUID(), commands, by)).events;
};
