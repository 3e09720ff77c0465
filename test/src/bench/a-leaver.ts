import { randomUUID } from 'node:crypto';
import { decide, evolve, noCase, type CaseEvent, type CaseState, type LeaverTerms, type OpenCaseCommand } from '@handover/case';

export const terms: LeaverTerms = {
  kind: 'leaver',
  lastWorkingDay: '2026-03-09',
  cutOff: '2026-03-10T00:00:00.000Z',
  zone: 'Europe/Berlin',
  zoneFrom: 'fact',
  urgency: 'normal',
  reasonCode: 'voluntary',
  successor: { kind: 'pool' },
};
const REASON = 'She told us on Monday that she goes, and asked that her team hears it from her first.';

export const opening = (personRef: string): OpenCaseCommand => ({
  personRef,
  source: 'generic',
  requester: 'source:generic',
  office: 'Berlin',
  terms,
  factId: randomUUID(),
  reason: REASON,
});

/** HR changes its mind about the day so many times. */
export const changes = (times: number) =>
  Array.from({ length: times }, (_, day) => ({
    type: 'changeTerms' as const,
    factId: randomUUID(),
    terms: { ...terms, lastWorkingDay: `2026-04-${day + 10}` },
  }));

/** The events of a case that is opened, and whose terms are changed until there are so many. */
export const aStory = (events: number): readonly CaseEvent[] => {
  const told: CaseEvent[] = [];
  let state: CaseState = noCase;
  for (const command of [{ type: 'open' as const, open: opening(randomUUID()) }, ...changes(events - 1)]) {
    const decided = decide(command, state).events;
    told.push(...decided);
    state = decided.reduce(evolve, state);
  }
  return told;
};
