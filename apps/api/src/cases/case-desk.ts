import { RuleViolation, type CaseCommand, type OpenCase, type Policy } from '@handover/case';
import { caseStream, holdReason, personStream, type Cases, type Executed, type Persons, type Profile } from '@handover/case-service';
import type { CaseDetail, CaseItem, TimelineEntry } from '@handover/contracts';
import type { EventStore } from '@handover/event-store';
import type { People } from '@handover/event-store-postgres';
import { caseDetail, caseItem, timelineOf } from '@handover/read-models';
import type { CaseFilter, CaseRows } from '@handover/read-models-postgres';
import type { Caller } from '../http/auth.ts';
import { byOf } from '../http/by.ts';
import { Problem, refusal } from '../http/problem.ts';

export interface DeskDeps {
  readonly store: EventStore;
  readonly cases: Cases;
  readonly persons: Persons;
  readonly rows: CaseRows;
  readonly people: People;
  readonly policy: Policy;
  readonly indexOf: (source: string, employeeId: string) => Promise<string>;
  readonly temporalUi: string;
  /** ISO instant. */
  readonly now: () => string;
  readonly newId: () => string;
}

/** Names by the reference of the person, as far as the caller may see them. */
export type Names = ReadonlyMap<string, string>;

/** So that who has just opened a case finds it in the list; where that stands still it shows what it has. */
const LISTS_WAIT_MS = 500;

/** Roles that may see who a person is; the others see the reference. */
const SEES_NAMES = ['admin', 'operator', 'approver', 'requester'];

export const mayName = (caller: Caller): boolean => caller.roles.some((role) => SEES_NAMES.includes(role));

/** What callers ask of cases, in the words of the rules. No rule is here. */
export class CaseDesk {
  constructor(private readonly deps: DeskDeps) {}

  async detail(caseId: string, caller: Caller): Promise<CaseDetail> {
    const loaded = await this.deps.cases.load(caseId);
    if (!loaded) throw new Problem(404, 'case.unknown', 'there is no case of this id');
    const { personRef } = loaded.state;
    const [events, person] = await Promise.all([this.deps.store.read(caseStream(caseId)), personRef === null ? null : this.deps.persons.load(personRef)]);

    return caseDetail({
      caseId,
      state: loaded.state,
      events,
      profile: mayName(caller) && person !== null ? namesOf(person.profile) : null,
      erased: person?.profile.erased ?? false,
      temporalUi: this.deps.temporalUi,
      now: this.deps.now(),
      holdReason: mayName(caller) ? await this.reasonOfHold(caseId, loaded.state) : null,
    });
  }

  private async reasonOfHold(caseId: string, { legalHold, personRef }: OpenCase): Promise<string | null> {
    if (legalHold === null) return null;
    return holdReason(this.deps.store, legalHold.scope === 'case' || personRef === null ? { caseId } : { personRef });
  }

  /** For lists that name persons by reference. */
  async namesOf(refs: readonly (string | null)[], caller: Caller): Promise<Names> {
    if (!caller.roles.some((role) => SEES_NAMES.includes(role))) return new Map();
    const wanted = [...new Set(refs.filter((ref) => ref !== null))];
    const named = await Promise.all(
      wanted.map(async (ref) => {
        const { givenName, familyName } = (await this.deps.persons.load(ref)).profile;
        return [ref, [givenName, familyName].filter((part) => part !== null).join(' ')] as const;
      }),
    );

    return new Map(named.filter(([, name]) => name !== ''));
  }

  /** What people wrote may name somebody: only who may see names reads it. */
  async timeline(caseId: string, caller: Caller): Promise<readonly TimelineEntry[]> {
    const events = await this.deps.store.read(caseStream(caseId));
    if (events.length === 0) throw new Problem(404, 'case.unknown', 'there is no case of this id');
    return timelineOf(mayName(caller) ? events : events.map(({ personal: _personal, ...event }) => event));
  }

  async list(filter: CaseFilter, page: { readonly cursor?: string | undefined; readonly limit: number }): Promise<{ items: CaseItem[]; cursor?: string }> {
    await this.deps.rows.upToNow(LISTS_WAIT_MS);
    const found = await this.deps.rows.list(filter, page);
    return { items: found.items.map(caseItem), ...(found.cursor === undefined ? {} : { cursor: found.cursor }) };
  }

  async person(source: string, employeeId: string): Promise<{ ref: string; cases: { id: string; kind: string; phase: string }[] }> {
    const ref = await this.deps.people.find(await this.deps.indexOf(source, employeeId));
    if (ref === null) throw new Problem(404, 'person.unknown', 'this source never told us about this employee, or the person was erased');
    const cases = await this.deps.cases.ofPerson((await this.deps.persons.load(ref)).state);
    return { ref, cases: cases.map(({ caseId, state }) => ({ id: caseId, kind: state.kind, phase: state.phase })) };
  }

  async decide(
    caseId: string,
    stage: string,
    body: { readonly decision: string; readonly reason?: string | undefined; readonly planHash: string },
    caller: Caller,
  ): Promise<CaseDetail> {
    const tied = this.deps.policy.actors[caller.actor];
    const personRef = tied ? await this.deps.people.find(await this.deps.indexOf(tied.source, tied.employeeId)) : null;
    await this.execute(
      caseId,
      {
        type: 'decide',
        now: this.deps.now(),
        decide: {
          stage,
          decision: body.decision,
          planHash: body.planHash,
          by: { ...caller, personRef },
          reasonCode: null,
          reason: body.reason ?? null,
          channelCounts: true,
        },
      },
      caller,
    );

    return this.detail(caseId, caller);
  }

  async mend(
    caseId: string,
    step: string,
    how: 'retryStep' | 'waiveStep' | 'claimByHand',
    said: { readonly reason?: string | undefined; readonly evidence?: string },
    caller: Caller,
  ): Promise<CaseDetail> {
    await this.execute(
      caseId,
      { type: how, free: { step, actor: caller.actor, reasonCode: null, reason: said.reason ?? null, evidence: said.evidence ?? null } },
      caller,
    );
    return this.detail(caseId, caller);
  }

  async rescind(caseId: string, reason: string, caller: Caller): Promise<CaseDetail> {
    await this.execute(caseId, { type: 'rescind', rescind: { actor: caller.actor, reasonCode: null, reason, factId: null } }, caller);
    return this.detail(caseId, caller);
  }

  /** Everything that is held about a person, in one answer: what HR said, in its words, and every case with its story. */
  async everythingAbout(personRef: string, caller: Caller): Promise<object> {
    const person = await this.deps.persons.load(personRef);
    if (person.version === 0) throw new Problem(404, 'person.unknown', 'there is no person of this reference');
    const events = await this.deps.store.read(personStream(personRef));
    const cases = await Promise.all(
      person.state.cases.map(async ({ caseId }) => ({ case: await this.detail(caseId, caller), timeline: await this.timeline(caseId, caller) })),
    );

    return {
      ref: personRef,
      source: person.state.source,
      erased: person.profile.erased,
      dialpadUserId: person.state.userId,
      events: events.map((event) => ({
        at: event.recordedAt,
        type: event.type,
        data: event.data,
        personal: event.personal && 'data' in event.personal ? event.personal.data : null,
      })),
      cases,
    };
  }

  private async execute(caseId: string, command: CaseCommand, caller: Caller): Promise<Executed> {
    const done = await this.deps.cases.execute(caseId, command, byOf(caller, this.deps.newId())).catch(retoldErased);
    if (done.refusal) throw refusal(done.refusal);
    return done;
  }
}

const namesOf = ({ erased: _erased, ...names }: Profile): Omit<Profile, 'erased'> => names;

const retoldErased = (error: unknown): never => {
  if (error instanceof Error && 'code' in error && error.code === 'erased')
    throw new RuleViolation('case.erased', 'the person is erased; nothing more can be said about them');
  throw error;
};
