import {
  RuleViolation,
  decideHold,
  evolvePerson,
  type Decided,
  type HoldEvent,
  type HoldRequest,
  type HoldVerb,
  type LegalHold,
  type PersonEvent,
} from '@handover/case';
import { EventStoreError, type Append, type EventStore } from '@handover/event-store';
import type { By } from './by.ts';
import { Cases, caseStream, type LoadedCase, type Prepared } from './cases.ts';
import { Persons, personStream, type LoadedPerson } from './people.ts';
import { appendOf, commitAll, retryingConflicts } from './stream.ts';

export interface HoldDecided {
  readonly hold: LegalHold | null;
  readonly refusal: { readonly code: string; readonly message: string } | null;
}

/**
 * On a case, open or closed. The person's stream is told in the same transaction: whoever is about to erase them appends
 * there too, so that a hold and an erasure can never both win.
 */
export const holdCase = (store: EventStore, caseId: string, verb: HoldVerb, request: HoldRequest, by: By): Promise<HoldDecided> =>
  retryingConflicts(async () => {
    const cases = new Cases(store);
    const loaded = await cases.load(caseId);
    if (!loaded) throw new RuleViolation('case.unknown', 'there is no case of this id');
    const prepared = cases.prepare(caseId, loaded, { type: 'legalHold', verb, hold: request }, by);
    if (prepared.state.status === 'none') throw new Error('a case was held that does not exist');
    const { personRef, holds } = prepared.state;
    const told = personRef === null ? null : await toldPerson(store, personRef, { caseId, was: loaded.state.holds.case !== null, is: holds.case !== null }, by);
    await commitAll(store, [prepared.append, ...(told ? [told] : [])], sideOf([prepared])).catch(retold);

    return { hold: holds.case, refusal: prepared.decided.refusal ?? null };
  });

/** The key of what people wrote is gone: by an erasure, or in a case about a number by retention. */
const retold = (error: unknown): never => {
  if (error instanceof EventStoreError && error.code === 'erased')
    throw new RuleViolation('case.erased', 'what people wrote about this case cannot be read any more; there is nothing left to hold');
  throw error;
};

const toldPerson = async (
  store: EventStore,
  personRef: string,
  { caseId, was, is }: { caseId: string; was: boolean; is: boolean },
  by: By,
): Promise<Append | null> => {
  if (was === is) return null;
  const person = await new Persons(store).load(personRef);
  assertNotErased(person, is);
  const events: PersonEvent[] = [{ type: is ? 'CaseHeld' : 'CaseFreed', data: { caseId } }];

  return appendOf({ stream: personStream(personRef), expected: person.version, decided: { events }, by, caseId });
};

/** On a person: every open case of theirs is held with them, and every case that is opened while it stands. */
export const holdPerson = (
  store: EventStore,
  personRef: string,
  verb: HoldVerb,
  request: HoldRequest,
  by: By,
): Promise<HoldDecided & { readonly caseIds: readonly string[] }> =>
  retryingConflicts(async () => {
    const cases = new Cases(store);
    const person = await new Persons(store).load(personRef);
    if (person.version === 0) throw new RuleViolation('person.unknown', 'there is no person of this reference');
    assertNotErased(person, verb === 'place');
    const decided: Decided<HoldEvent> = decideHold(person.state.legalHold, verb, request, personRef);
    const hold = decided.events.reduce(evolvePerson, person.state).legalHold;
    const open = await openCases(cases, person.state.cases);
    const turned = (hold === null) !== (person.state.legalHold === null);
    const following = turned
      ? open.map(({ loaded, caseId }) =>
          cases.prepare(caseId, loaded, { type: 'followPersonHold', by: hold?.by ?? null }, { ...by, commandId: `${by.commandId}/case` }),
        )
      : [];
    await commitAll(
      store,
      [appendOf({ stream: personStream(personRef), expected: person.version, decided, by, personRef }), ...following.map((each) => each.append)],
      sideOf(following),
    );

    return { hold, refusal: decided.refusal ?? null, caseIds: open.map((each) => each.caseId) };
  });

const assertNotErased = ({ profile }: LoadedPerson, isNew: boolean): void => {
  if (isNew && profile.erased) throw new RuleViolation('person.erased', 'the person is erased; there is nothing left to hold');
};

const openCases = async (
  cases: Cases,
  known: readonly { readonly caseId: string; readonly open: boolean }[],
): Promise<readonly { readonly caseId: string; readonly loaded: LoadedCase }[]> => {
  const loaded = await Promise.all(known.filter((each) => each.open).map(async ({ caseId }) => ({ caseId, loaded: await cases.load(caseId) })));
  return loaded.flatMap(({ caseId, loaded: found }) => (found && found.state.status === 'open' ? [{ caseId, loaded: found }] : []));
};

const sideOf = (prepared: readonly Prepared[]) => ({
  outbox: prepared.flatMap((each) => each.outbox),
});

/** The words a hold was placed with; null once the person is erased, or where nobody wrote any. */
export const holdReason = async (store: EventStore, on: { readonly caseId: string } | { readonly personRef: string }): Promise<string | null> => {
  const events = await store.read('caseId' in on ? caseStream(on.caseId) : personStream(on.personRef));
  const placed = events.filter((event) => event.type === 'LegalHoldPlaced' && event.data['scope'] !== 'person');
  const personal = placed[placed.length - 1]?.personal;

  return personal && 'data' in personal && typeof personal.data['reason'] === 'string' ? personal.data['reason'] : null;
};
