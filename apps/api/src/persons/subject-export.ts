import type { PersonEvent, Policy } from '@handover/case';
import { Cases, Persons, aboutPerson, appendOf, commitAll, personStream, retryingConflicts, type LoadedCase, type LoadedPerson } from '@handover/case-service';
import type { Dialpad } from '@handover/connector-dialpad';
import type { EventStore } from '@handover/event-store';
import { eventsAbout, rowsAbout, type EventAbout, type Inbox } from '@handover/event-store-postgres';
import type { Keyring } from '@handover/privacy';
import { timelineOf } from '@handover/read-models';
import type { CaseRows } from '@handover/read-models-postgres';
import type { DataSource } from 'typeorm';
import type { HoldDesk } from '../holds/hold-desk.ts';
import type { Caller } from '../http/auth.ts';
import { byOf } from '../http/by.ts';
import { Problem } from '../http/problem.ts';

export interface SubjectAccessDeps {
  readonly store: EventStore;
  readonly dataSource: DataSource;
  readonly keyring: Keyring;
  readonly rows: CaseRows;
  readonly inbox: Inbox;
  readonly dialpad: Dialpad;
  readonly policy: Policy;
  readonly holds: Pick<HoldDesk, 'list'>;
  readonly ownerOf: (source: string, employeeId: string) => Promise<string | null>;
  readonly now: () => string;
  readonly newId: () => string;
}

export interface Asked {
  readonly format: 'json' | 'html';
  readonly reasonCode: string | null;
  /** Free text; sealed. */
  readonly reason: string | null;
}

/** One part of the file: a value, or many that come one by one. */
export type Section = { readonly name: string; readonly value: unknown } | { readonly name: string; readonly each: AsyncIterable<unknown> };

/** Everything that is held about a person, wherever it is. */
export class SubjectAccess {
  constructor(private readonly deps: SubjectAccessDeps) {}

  /** Recorded before the first byte is sent: who asked, when and why; also of somebody who is erased. */
  async open(personRef: string, asked: Asked, caller: Caller): Promise<AsyncIterable<Section>> {
    const person = await new Persons(this.deps.store).load(personRef);
    if (person.version === 0) throw new Problem(404, 'person.unknown', 'there is no person of this reference');
    await this.note(personRef, asked, caller);

    return this.sections(person, caller);
  }

  /** In the record of the person: who was given what is held about them, and why. */
  note(personRef: string, { format, reasonCode, reason }: Asked, caller: Caller): Promise<unknown> {
    const commandId = this.deps.newId();
    return retryingConflicts(async () => {
      const { version, profile } = await new Persons(this.deps.store).load(personRef);
      // Nothing more can be sealed for somebody who is erased: then the words why are not kept.
      const personal = reason !== null && !profile.erased ? { personal: { reason } } : {};
      const event: PersonEvent = { type: 'DataExported', data: { actor: caller.actor, format, reasonCode }, ...personal };
      const by = byOf(caller, commandId);
      await commitAll(this.deps.store, [appendOf({ stream: personStream(personRef), expected: version, decided: { events: [event] }, by, personRef })], {});
    });
  }

  private async *sections(person: LoadedPerson, caller: Caller): AsyncGenerator<Section> {
    const { personRef, profile, state } = person;
    const { dataSource, keyring, rows, policy, now } = this.deps;
    const cases = await new Cases(this.deps.store).ofPerson(state);
    const caseIds = cases.map(({ caseId }) => caseId);
    const { erased, ...names } = profile;

    yield { name: 'kind', value: 'handover-subject-export' };
    yield { name: 'version', value: 1 };
    yield { name: 'madeAt', value: now() };
    yield { name: 'madeFor', value: caller.actor };
    yield { name: 'person', value: { ref: personRef, source: state.source, erased, ...names } };
    if (erased)
      yield {
        name: 'erasure',
        value: await this.erasure(personRef, caseIds),
      };
    yield { name: 'dialpad', value: await this.inDialpad(state.userId, erased) };
    yield { name: 'legalHolds', value: (await this.deps.holds.list('standing')).filter((hold) => hold.personRef === personRef) };
    yield { name: 'retention', value: retentionOf(policy) };
    yield { name: 'otherRows', value: { ...(await rowsAbout(dataSource, personRef)), cases: (await rows.ofPerson(personRef)).length } };
    yield { name: 'cases', value: cases.map(caseShown) };
    yield { name: 'received', each: this.received(personRef) };
    yield { name: 'events', each: shown(eventsAbout(dataSource, keyring, { personRef, caseIds }), personRef) };
  }

  private async erasure(personRef: string, caseIds: readonly string[]): Promise<object> {
    for (const id of caseIds) {
      const certificate = (await this.deps.store.read(`case/${id}`)).find((event) => event.type === 'CertificateIssued');
      if (certificate) return { at: certificate.recordedAt, caseId: id, certificate: certificate.data['claims'] ?? null, says: ERASED };
    }
    const told = (await this.deps.store.read(personStream(personRef))).find((event) => event.type === 'PersonErased');
    return { at: told?.recordedAt ?? null, caseId: null, certificate: null, says: ERASED };
  }

  /** Dialpad's own copy, as it answers now; it is Dialpad's to give out in full. */
  private async inDialpad(userId: string | null, erased: boolean): Promise<object> {
    if (userId === null)
      return { userId: null, says: erased ? 'Dialpad did not return the user when the person was erased' : 'no Dialpad user is linked to the person' };
    try {
      return {
        userId,
        user: await this.deps.dialpad.readUser(userId),
        says: 'what Dialpad answers now; calls, messages, voicemail and recordings are in Dialpad',
      };
    } catch {
      return { userId, user: null, says: 'Dialpad could not be asked now; ask it for its own copy' };
    }
  }

  /** Bodies that nobody has worked yet, or that wait for a person. Worked ones are gone: what they said is in the events. */
  private async *received(personRef: string): AsyncGenerator<unknown> {
    const isAbout = aboutPerson(personRef, await this.deps.store.read(personStream(personRef)), this.deps.ownerOf);
    for await (const entry of this.deps.inbox.kept()) if (await isAbout(entry.source, entry.body)) yield entry;
  }
}

const caseShown = ({ caseId, state, openedAt }: LoadedCase): object => ({
  id: caseId,
  kind: state.kind,
  phase: state.phase,
  office: state.office,
  openedAt,
  closed: state.status === 'closed',
});

const ERASED = 'The key of the person is destroyed: what was personal cannot be read any more, by anybody. What follows names nobody.';

const retentionOf = (policy: Policy): object => ({
  says: 'Personal values are kept until the last step of a leaver case destroys their key, unless a legal hold stands; events without them are kept as the record',
  policy: 'retention' in policy ? policy.retention : null,
});

/** Each event in words and as it is; what others wrote about the person is in `personal`, with who wrote it in `by`. */
async function* shown(events: AsyncIterable<EventAbout>, personRef: string): AsyncGenerator<unknown> {
  for await (const event of events) {
    const { actor, channel } = event.meta;
    const [entry] = timelineOf([{ ...event, schema: 1, personal: { person: personRef, data: event.personal ?? {} } }]);
    yield {
      at: event.recordedAt,
      stream: event.stream,
      version: event.version,
      type: event.type,
      says: entry?.summary === event.type ? null : (entry?.summary ?? null),
      by: { actor, channel },
      data: event.data,
      personal: event.personal,
      ...(event.erased ? { erased: true } : {}),
    };
  }
}
