import type { CaseCommand, OpenCase, Policy } from '@handover/case';
import { RuleViolation } from '@handover/case';
import {
  caseStream,
  holdReason,
  personStream,
  type By as CommandBy,
  type Cases,
  type Executed,
  type Intake,
  type Persons,
  type Profile,
  type Taken,
} from '@handover/case-service';
import type { CaseDetail, CaseItem, Preview, StartCase, TimelineEntry } from '@handover/contracts';
import type { EventStore } from '@handover/event-store';
import type { CaseFilter, CaseRows, IdempotencyKeys, People } from '@handover/event-store-postgres';
import { planTheJoiner, planTheLeaver, planTheMover, type CannotPlan, type LeaverPlanned, type PlanningDeps } from '@handover/planning';
import { isConnectorError } from '@handover/connector-kit';
import { caseDetail, caseItem, impactShown, stepShown, timelineOf } from '@handover/read-models';
import type { HoldDesk } from '../holds/hold-desk.ts';
import type { Caller } from '../http/auth.ts';
import { once, type Answered } from '../http/once.ts';
import { Problem, refusal } from '../http/problem.ts';

export interface DeskDeps {
  readonly store: EventStore;
  readonly cases: Cases;
  readonly persons: Persons;
  readonly intake: Intake;
  readonly rows: CaseRows;
  readonly people: People;
  readonly idempotency: IdempotencyKeys;
  readonly planning: PlanningDeps;
  readonly policy: Policy;
  readonly holds: Pick<HoldDesk, 'ofPerson'>;
  readonly indexOf: (source: string, employeeId: string) => Promise<string>;
  readonly temporalUi: string;
  /** ISO instant. */
  readonly now: () => string;
  readonly newId: () => string;
}

export type Started = Answered<CaseDetail>;
/** Names by the reference of the person, as far as the caller may see them. */
export type Names = ReadonlyMap<string, string>;

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
    const found = await this.deps.rows.list(filter, page);
    return { items: found.items.map(caseItem), ...(found.cursor === undefined ? {} : { cursor: found.cursor }) };
  }

  async person(source: string, employeeId: string): Promise<{ ref: string; cases: { id: string; kind: string; phase: string }[] }> {
    const ref = await this.deps.people.find(await this.deps.indexOf(source, employeeId));
    if (ref === null) throw new Problem(404, 'person.unknown', 'this source never told us about this employee, or the person was erased');
    return { ref, cases: (await this.deps.rows.ofPerson(ref)).map(({ id, kind, phase }) => ({ id, kind, phase })) };
  }

  // ── starting by hand ───────────────────────────────────────────────────

  async start(request: StartCase, caller: Caller, idempotencyKey: string | undefined): Promise<Started> {
    if (idempotencyKey === undefined) return this.begin(request, caller, this.deps.newId());
    const asked = { actor: caller.actor, key: idempotencyKey, request };
    return once(
      this.deps.idempotency,
      asked,
      (id) => this.begin(request, caller, id),
      (body) => ({ body: withoutPerson(body), personRef: body.person?.ref ?? null }),
    );
  }

  private async begin({ source, fact, reason }: StartCase, caller: Caller, id: string): Promise<Started> {
    const arrived = { id, source, body: withTimestamp(fact, this.deps.now()), by: byOf(caller, id), reason: reason ?? null, inbox: false };
    const taken = await this.deps.intake.take(arrived);
    const [caseId] = taken.caseIds;
    if (taken.status !== 'processed') throw notUnderstood(taken);
    if (caseId === undefined)
      throw new Problem(409, 'fact.no_effect', 'the fact is recorded and changes no case: it is overtaken, or a correction that no case follows yet');
    const body = await this.detail(caseId, caller);

    return { status: (await this.openedBy(caseId, id)) ? 201 : 200, body };
  }

  private async openedBy(caseId: string, factId: string): Promise<boolean> {
    const [first] = await this.deps.store.read(caseStream(caseId));
    return first?.meta.cause === factId;
  }

  /** What would be done, found by reading only. */
  async preview({ source, fact }: StartCase, caller: Caller): Promise<Preview> {
    const id = this.deps.newId();
    const arrived = { id, source, body: withTimestamp(fact, this.deps.now()), by: byOf(caller, id), inbox: false };
    const { reading, person, actions, fact: understood } = await this.deps.intake.foresee(arrived);
    if (reading.kind !== 'understood' || !person || !understood) throw notUnderstood(reading.kind === 'understood' ? { reason: null } : reading);

    const shown = actions.map((action) => ({ type: action.type, ...('caseId' in action ? { caseId: action.caseId } : {}) }));
    const opens = actions.find((action) => action.type === 'openLeaver' || action.type === 'openJoiner' || action.type === 'openMover');
    const legalHold = await this.deps.holds.ofPerson(person.personRef);
    if (!opens) return { actions: shown, plan: null, approvals: [], impact: null, problem: null, legalHold };
    const planned = await this.foreseenPlan(opens, person.personRef, reading.body.data);
    if (planned.kind === 'blocked')
      return { actions: shown, plan: null, approvals: [], impact: null, problem: { code: planned.code, detail: planned.detail }, legalHold };

    return {
      actions: shown,
      plan: {
        hash: planned.plan.hash,
        steps: planned.plan.steps.map((step) => stepShown(step)),
      },
      approvals: planned.plan.stages.map(({ stage, needed, by }) => ({ stage, needed, by: [...by] })),
      impact: isLeaver(planned) ? impactShown(planned.impact, planned.calls, mayName(caller) ? planned.personal : null) : null,
      problem: null,
      legalHold,
    };
  }

  private async foreseenPlan(
    action: Extract<Awaited<ReturnType<Intake['foresee']>>['actions'][number], { type: 'openLeaver' | 'openJoiner' | 'openMover' }>,
    personRef: string,
    said: object,
  ) {
    // The person may be known to nobody yet: planning reads the profile this fact would give them.
    const persons = {
      load: async (ref: string) => (ref === personRef ? withProfile(await this.deps.persons.load(ref), said) : this.deps.persons.load(ref)),
    } as unknown as PlanningDeps['persons'];
    const planning: PlanningDeps = { ...this.deps.planning, persons };
    try {
      switch (action.type) {
        case 'openLeaver':
          return await planTheLeaver(planning, personRef, action.terms);
        case 'openMover':
          return await planTheMover(planning, personRef, action.terms);
        case 'openJoiner':
          return await planTheJoiner(planning, personRef, action.terms, action.office);
      }
    } catch (error) {
      if (!isConnectorError(error)) throw error;
      return { kind: 'blocked', code: `dialpad.${error.code}`, detail: 'Dialpad could not be read; ask again in a moment' } satisfies CannotPlan;
    }
  }

  // ── deciding and mending ───────────────────────────────────────────────

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

const byOf = (caller: Caller, commandId: string): CommandBy => ({
  actor: caller.actor,
  ...(caller.onBehalfOf === undefined ? {} : { onBehalfOf: caller.onBehalfOf }),
  channel: 'api',
  commandId,
});

const retoldErased = (error: unknown): never => {
  if (error instanceof Error && 'code' in error && error.code === 'erased')
    throw new RuleViolation('case.erased', 'the person is erased; nothing more can be said about them');
  throw error;
};

/** Kept answers must not outlive the person: who they are is left out of the copy. */
const withoutPerson = (body: CaseDetail): CaseDetail => ({
  ...body,
  impact: body.impact && { ...body.impact, personal: null },
  person: body.person && { ref: body.person.ref, erased: body.person.erased },
  legalHold: body.legalHold && { ...body.legalHold, reason: null },
});

const isLeaver = (planned: object): planned is LeaverPlanned => 'impact' in planned;

const withTimestamp = (fact: Readonly<Record<string, unknown>>, now: string): object => ({ timestamp: now, ...fact });

const withProfile = <P extends { profile: object }>(person: P, said: object): P => {
  const told = Object.fromEntries(
    ['employeeId', 'email', 'givenName', 'familyName'].flatMap((field) => {
      const value = (said as Record<string, unknown>)[field];
      return typeof value === 'string' ? [[field, value]] : [];
    }),
  );
  return { ...person, profile: { ...person.profile, ...told } };
};

const notUnderstood = ({ reason, errors = [] }: Pick<Taken, 'reason' | 'errors'>): Problem =>
  new Problem(
    422,
    'fact.not_understood',
    reason ?? 'the fact is not understood',
    errors.map(({ pointer, detail }) => ({ pointer: `/fact${pointer}`, detail })),
  );
