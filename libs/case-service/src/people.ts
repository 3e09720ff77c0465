import { evolvePerson, inOrder, unknownPerson, type PersonEvent, type PersonState } from '@handover/case';
import type { EventStore, JsonObject, StoredEvent } from '@handover/event-store';
import type { By } from './by.ts';
import { appendOf, commitAll, foldStream, retryingConflicts } from './stream.ts';

export const personStream = (personRef: string): string => `person/${personRef}`;

/** What HR last said of a person. Personal: for a connector call or the eyes of somebody who may see it, never for a log. */
export interface Profile {
  readonly employeeId: string | null;
  readonly email: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  /** Addresses HR gave before the present one. */
  readonly earlierEmails?: readonly string[];
  readonly e911?: EmergencyAddress | null;
  readonly erased: boolean;
}

/** Where help is sent to; Dialpad asks for all but the second line. */
export interface EmergencyAddress {
  readonly address: string;
  readonly address2?: string;
  readonly city: string;
  readonly state: string;
  readonly zip: string;
  readonly country: string;
}

export interface LoadedPerson {
  readonly personRef: string;
  readonly state: PersonState;
  readonly version: number;
  readonly profile: Profile;
}

const decider = { initial: unknownPerson, evolve: evolvePerson };

export class Persons {
  constructor(private readonly store: EventStore) {}

  async load(personRef: string): Promise<LoadedPerson> {
    const events = await this.store.read(personStream(personRef));
    const { state, version } = foldStream<PersonState, PersonEvent>(decider, events);

    return { personRef, state, version, profile: profileOf(state, events) };
  }

  /** `index`: how the user leads back to the person; whoever was linked to the user before gives it up. */
  async linkUser(personRef: string, userId: string, caseId: string, by: By, index?: string): Promise<void> {
    await retryingConflicts(async () => {
      const { state, version } = await this.load(personRef);
      if (state.userId === userId) return;
      const decided = { events: [{ type: 'DialpadUserLinked', data: { userId, caseId } } satisfies PersonEvent] };
      await commitAll(this.store, [appendOf({ stream: personStream(personRef), expected: version, decided, by, caseId })], {
        ...(index === undefined ? {} : { people: [{ index, personRef, over: 'anybody' }] }),
      });
    });
  }
}

/** Later facts win field by field, in the order HR meant them. */
const profileOf = (state: PersonState, events: readonly StoredEvent[]): Profile => {
  const said = new Map(events.filter((event) => event.type === 'FactRecorded').map((event) => [factId(event), event.personal]));
  const fields: Record<string, string> = {};
  const emails: string[] = [];
  let e911: EmergencyAddress | null = null;
  for (const fact of inOrder(state.facts)) {
    const personal = said.get(fact.id);
    if (!personal || !('data' in personal)) continue;
    for (const field of ['employeeId', 'email', 'givenName', 'familyName']) {
      const value = personal.data[field];
      if (typeof value === 'string') fields[field] = value;
    }
    if (fields['email'] !== undefined) emails.push(fields['email']);
    if (typeof personal.data['e911'] === 'object' && personal.data['e911'] !== null) e911 = personal.data['e911'] as unknown as EmergencyAddress;
  }
  const erased = state.erased || [...said.values()].some((personal) => personal !== undefined && 'erased' in personal);
  const read = (field: string): string | null => fields[field] ?? null;
  const email = read('email');
  const earlierEmails = [...new Set(emails)].filter((each) => each !== email);

  return { employeeId: read('employeeId'), email, givenName: read('givenName'), familyName: read('familyName'), earlierEmails, e911, erased };
};

const factId = (event: StoredEvent): string => String(((event.data as JsonObject)['fact'] as JsonObject)['id']);
