import type { AccessReads } from '@handover/audit-feed';
import { caseStream, type Intake, type Persons, type Taken } from '@handover/case-service';
import { isConnectorError } from '@handover/connector-kit';
import type { CaseDetail, Preview, StartCase } from '@handover/contracts';
import type { EventStore } from '@handover/event-store';
import type { IdempotencyKeys } from '@handover/event-store-postgres';
import { planTheJoiner, planTheLeaver, planTheMover, type CannotPlan, type LeaverPlanned, type PlanningDeps } from '@handover/planning';
import { impactShown, stepShown } from '@handover/read-models';
import type { HoldDesk } from '../holds/hold-desk.ts';
import type { Caller } from '../http/auth.ts';
import { byOf } from '../http/by.ts';
import { once, type Answered } from '../http/once.ts';
import { Problem } from '../http/problem.ts';
import { mayName, type CaseDesk } from './case-desk.ts';

export interface StartDeps {
  readonly store: EventStore;
  readonly persons: Persons;
  readonly intake: Intake;
  readonly idempotency: IdempotencyKeys;
  readonly planning: PlanningDeps;
  readonly holds: Pick<HoldDesk, 'ofPerson'>;
  readonly desk: Pick<CaseDesk, 'detail'>;
  readonly access: Pick<AccessReads, 'noteHourly'>;
  /** ISO instant. */
  readonly now: () => string;
  readonly newId: () => string;
}

export type Started = Answered<CaseDetail>;

/** Starts cases by hand: a fact as HR would tell it, said by a caller; or shows what it would start. */
export class StartDesk {
  constructor(private readonly deps: StartDeps) {}

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
    const body = await this.deps.desk.detail(caseId, caller);

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

    const isNamed = isLeaver(planned) && mayName(caller);
    if (isNamed) await this.deps.access.noteHourly({ actor: caller.actor, what: 'case.preview', detail: { personRef: person.personRef } });

    return {
      actions: shown,
      plan: {
        hash: planned.plan.hash,
        steps: planned.plan.steps.map((step) => stepShown(step)),
      },
      approvals: planned.plan.stages.map(({ stage, needed, by }) => ({ stage, needed, by: [...by] })),
      impact: isLeaver(planned) ? impactShown(planned.impact, planned.calls, isNamed ? planned.personal : null) : null,
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
}

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
