import type { PersonEvent } from '@handover/case';
import type { CaseRow, EventStore } from '@handover/event-store';
import type { By } from './by.ts';
import { Cases, type LoadedCase, type Prepared } from './cases.ts';
import { Persons, personStream } from './people.ts';
import { appendOf, commitAll, retryingConflicts } from './stream.ts';

/** A hold on a person and on every case of theirs that is open, in one transaction; cases opened later are held from the beginning. */
export const holdPerson = (
  store: EventStore,
  personRef: string,
  hold: { readonly actor: string; readonly reason: string },
  by: By,
): Promise<readonly string[]> =>
  retryingConflicts(async () => {
    const cases = new Cases(store);
    const person = await new Persons(store).load(personRef);
    const open = (await openCases(cases, person.state.cases)).map(({ loaded, caseId }) => cases.prepare(caseId, loaded, { type: 'placeHold', hold }, by));
    const events: PersonEvent[] =
      person.state.legalHold === null ? [{ type: 'LegalHoldPlaced', data: { actor: hold.actor }, personal: { reason: hold.reason } }] : [];
    await commitAll(
      store,
      [appendOf({ stream: personStream(personRef), expected: person.version, decided: { events }, by, personRef }), ...open.map((each) => each.append)],
      sideOf(open),
    );

    return person.state.cases.filter((each) => each.open).map((each) => each.caseId);
  });

/** Called once a case's hold is lifted: when none of the person's cases is held any more, neither is the person. */
export const freePerson = (store: EventStore, personRef: string, by: By): Promise<void> =>
  retryingConflicts(async () => {
    const cases = new Cases(store);
    const person = await new Persons(store).load(personRef);
    if (person.state.legalHold === null) return;
    const open = await openCases(cases, person.state.cases);
    if (open.some(({ loaded }) => loaded.state.legalHold !== null)) return;
    const events: PersonEvent[] = [{ type: 'LegalHoldLifted', data: { actor: by.actor } }];
    await commitAll(store, [appendOf({ stream: personStream(personRef), expected: person.version, decided: { events }, by, personRef })], {});
  });

const openCases = async (
  cases: Cases,
  known: readonly { readonly caseId: string; readonly open: boolean }[],
): Promise<readonly { readonly caseId: string; readonly loaded: LoadedCase }[]> => {
  const loaded = await Promise.all(known.filter((each) => each.open).map(async ({ caseId }) => ({ caseId, loaded: await cases.load(caseId) })));
  return loaded.flatMap(({ caseId, loaded: found }) => (found && found.state.status === 'open' ? [{ caseId, loaded: found }] : []));
};

const sideOf = (prepared: readonly Prepared[]) => ({
  cases: prepared.flatMap((each): readonly CaseRow[] => (each.row ? [each.row] : [])),
  outbox: prepared.flatMap((each) => each.outbox),
});
