import type { EventStore } from '@handover/event-store';
import type { PersonEvent } from '@handover/case';
import type { By } from './by.ts';
import { Cases, type Executed } from './cases.ts';
import { type Company } from './company.ts';
import { Persons, personStream } from './people.ts';
import { appendOf, retryingConflicts } from './stream.ts';

/** Ends a case: its last word, and that the person has one case less running, are one transaction; claims are given back. */
export const closeCase = async (store: EventStore, company: Company, caseId: string, by: By): Promise<Executed> => {
  const cases = new Cases(store);
  const persons = new Persons(store);

  const closed = await retryingConflicts(async () => {
    const loaded = await cases.load(caseId);
    const foreseen = cases.prepare(caseId, loaded, { type: 'close' }, by);
    if (foreseen.state.status === 'none') throw new Error('there is no such case');
    const { personRef, phase, rescindedByFact } = foreseen.state;
    if (personRef === null) return cases.execute(caseId, { type: 'close' }, by);
    const person = await persons.load(personRef);
    const ended: PersonEvent = { type: 'CaseEnded', data: { caseId, phase, ...(rescindedByFact && phase === 'cancelled' ? { byFact: true } : {}) } };

    return cases.execute(caseId, { type: 'close' }, by, {
      also: [appendOf({ stream: personStream(personRef), expected: person.version, decided: { events: [ended] }, by, caseId })],
    });
  });

  await company.execute({ type: 'releaseAdminExit', caseId }, by);
  await company.execute({ type: 'withdrawLeaver', caseId }, by);
  await company.execute({ type: 'freeNumbers', caseId }, by);
  await company.execute({ type: 'returnSeat', caseId }, by);

  return closed;
};
