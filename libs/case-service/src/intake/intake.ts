import {
  evolvePerson,
  follow,
  rescindRefusal,
  wanted,
  type CaseAction,
  type CaseCommand,
  type CaseKind,
  type Fact,
  type PersonEvent,
  type PersonState,
  type Running,
} from '@handover/case';
import type { HookBody } from '@handover/contracts';
import { eventIdOf } from '@handover/event-ids';
import type { Append, EventStore, InboxOutcome, JsonObject, OutboxMessage, PersonIndexEntry } from '@handover/event-store';
import { Cases, type LoadedCase, type Prepared } from '../cases.ts';
import { Persons, personStream, type LoadedPerson } from '../people.ts';
import { appendOf, commitAll, retryingConflicts } from '../stream.ts';
import type { Arrived, Taken } from './arrived.ts';
import { commandOf, isOpening } from './command.ts';
import { factOf, readHook, type Zone } from './fact.ts';

export interface IntakeDeps {
  readonly store: EventStore;
  /** ISO instant. */
  readonly now: () => string;
  readonly newPersonRef: () => string;
  /** Keyed hash of (source, employee id): how a person is found without storing either. */
  readonly indexOf: (source: string, employeeId: string) => string | Promise<string>;
  readonly findPerson: (index: string) => Promise<string | null>;
  /** IANA zone of a Dialpad office by name; null when unknown or when Dialpad cannot say now. */
  readonly officeZone: (office: string) => Promise<string | null>;
  readonly defaultZone: string;
}

/**
 * From what HR said to what cases do. The fact, the cases it opens, moves or undoes, and the inbox entry are one
 * transaction: nothing is half-known, and the same fact told twice ends in the same place.
 */
export class Intake {
  private readonly cases: Cases;
  private readonly persons: Persons;

  constructor(private readonly deps: IntakeDeps) {
    this.cases = new Cases(deps.store);
    this.persons = new Persons(deps.store);
  }

  async take(arrived: Arrived): Promise<Taken> {
    const reading = readHook(arrived.body);
    if (reading.kind === 'ignored') return this.settleOnly(arrived, { status: 'ignored', reason: reading.reason, pointers: [] });
    if (reading.kind === 'needs-person') {
      const { reason, pointers, errors } = reading;
      return { ...(await this.settleOnly(arrived, { status: 'needs-person', reason, pointers })), errors };
    }

    return retryingConflicts(() => this.record(arrived, reading.body));
  }

  /** What the fact would make of a person, without writing: the terms and the case it would open or change. */
  async foresee(
    arrived: Arrived,
  ): Promise<{ reading: ReturnType<typeof readHook>; fact: Fact | null; person: LoadedPerson | null; actions: readonly CaseAction[] }> {
    const reading = readHook(arrived.body);
    if (reading.kind !== 'understood') return { reading, fact: null, person: null, actions: [] };
    const { fact, person, state } = await this.told(arrived, reading.body);

    return { reading, fact, person, actions: follow(state, await this.running(person.state), this.deps.now()) };
  }

  private async told(
    arrived: Arrived,
    body: HookBody,
  ): Promise<{ fact: Fact; person: LoadedPerson; state: PersonState; isNew: boolean; index: PersonIndexEntry; predecessor?: string }> {
    const index = await this.deps.indexOf(arrived.source, body.data.employeeId);
    const found = await this.deps.findPerson(index);
    const known = await this.persons.load(found ?? this.deps.newPersonRef());
    const zone = await this.zoneOf(body, known.state);
    const personOf = async (employeeId: string): Promise<string | null> => this.deps.findPerson(await this.deps.indexOf(arrived.source, employeeId));
    // Told again it is the same fact: what differed from the record then does not any more.
    const repeated = known.state.facts.find((each) => each.id === arrived.id);
    const fact = repeated ?? (await factOf(arrived.id, body, { zone, personOf, before: known.profile }));
    const told = (person: LoadedPerson): PersonState => evolvePerson(person.state, { type: 'FactRecorded', data: { fact } });
    const base = { fact, isNew: found === null, index: { index, personRef: known.personRef } };
    if (found === null || !(await this.comesTooLateBack(known, told(known), fact))) return { ...base, person: known, state: told(known) };

    // Their key will be destroyed with the leaver's last step: who comes back now is somebody new, under a key of their own.
    const person = await this.persons.load(this.deps.newPersonRef());
    return {
      ...base,
      person,
      state: { ...told(person), predecessor: found },
      isNew: true,
      index: { index, personRef: person.personRef, over: { personRef: found } },
      predecessor: found,
    };
  }

  /** HR hires again somebody whose user is being deleted, and no rescind can stop that any more. */
  private async comesTooLateBack(person: LoadedPerson, state: PersonState, fact: Fact): Promise<boolean> {
    const want = wanted(state.facts);
    if (want.hire?.factId !== fact.id || want.leave !== null) return false;
    const { leaver } = await this.running(person.state);

    return leaver !== null && !leaver.state.rescinding && rescindRefusal(leaver.state) !== null;
  }

  private async record(arrived: Arrived, body: HookBody): Promise<Taken> {
    const { fact, person, state, isNew, index, predecessor } = await this.told(arrived, body);
    const { personRef } = index;
    const actions = follow(state, await this.running(person.state), this.deps.now());
    const { employeeId, ...personal } = personalOf(body);
    const events: PersonEvent[] = [
      ...(isNew ? [{ type: 'PersonSeen', data: { source: arrived.source, ...(predecessor === undefined ? {} : { predecessor }) } } as const] : []),
      {
        type: 'FactRecorded',
        data: { fact, ...(arrived.receivedAt === undefined ? {} : { receivedAt: arrived.receivedAt }) },
        personal: { employeeId, ...personal },
      },
    ];

    const prepared: Prepared[] = [];
    const caseIds: string[] = [];
    for (const action of actions) {
      const one = await this.act(arrived, personRef, action, person.state.legalHold?.by ?? null);
      prepared.push(one.prepared);
      if (one.opened) events.push({ type: 'CaseBegan', data: one.opened });
      if (!caseIds.includes(one.caseId)) caseIds.push(one.caseId);
    }

    const touched = caseIds.length > 0 ? caseIds : openCasesOf(person.state);
    const outcome = this.outcomeOf(arrived, touched, prepared);
    const takesHold = prepared.flatMap((each) => each.append.events.map((event) => event.meta.effectiveAt)).find((at) => at !== undefined);
    const append = appendOf({
      stream: personStream(personRef),
      expected: person.version,
      decided: { events },
      by: { ...arrived.by, cause: arrived.id },
      personRef,
      ...(takesHold === undefined ? {} : { effectiveAt: takesHold }),
    });
    await commitAll(this.deps.store, [append, ...prepared.map((each): Append => each.append)], {
      outbox: prepared.flatMap((each): readonly OutboxMessage[] => each.outbox),
      ...(isNew ? { people: [index] } : {}),
      ...(arrived.inbox ? { inbox: outcome } : {}),
    });

    return { ...outcome, personRef };
  }

  private outcomeOf(arrived: Arrived, caseIds: readonly string[], prepared: readonly Prepared[]): InboxOutcome {
    const refused = prepared.map((each) => each.decided.refusal?.message).filter((message) => message !== undefined);
    return { id: arrived.id, status: 'processed', caseIds, reason: refused.length > 0 ? refused.join('; ') : null, pointers: [] };
  }

  private async act(
    arrived: Arrived,
    personRef: string,
    action: CaseAction,
    heldBy: string | null,
  ): Promise<{ caseId: string; prepared: Prepared; opened: { caseId: string; kind: CaseKind; factId: string } | null }> {
    const opens = isOpening(action);
    const kind: CaseKind = opens ? action.terms.kind : 'leaver';
    const caseId = opens ? caseIdOf(personRef, kind, action.factId) : action.caseId;
    const command = commandOf(action, arrived, personRef);
    const loaded: LoadedCase | null = opens ? null : await this.cases.load(caseId);
    const held: readonly CaseCommand[] = opens && heldBy !== null ? [{ type: 'followPersonHold', by: heldBy }] : [];

    return {
      caseId,
      prepared: this.cases.prepare(caseId, loaded, [command, ...held], {
        ...arrived.by,
        cause: arrived.id,
        commandId: `${arrived.by.commandId}/${action.type}`,
      }),
      opened: opens ? { caseId, kind, factId: action.factId } : null,
    };
  }

  private async running(person: PersonState): Promise<Running> {
    const loaded = await Promise.all(openCasesOf(person).map((caseId) => this.cases.load(caseId)));
    const live = loaded.filter((each): each is LoadedCase => each !== null && each.state.status === 'open');
    const newest = (kind: string): LoadedCase | null => [...live].reverse().find((each) => each.state.kind === kind) ?? null;

    return { leaver: newest('leaver'), joiner: newest('joiner'), movers: live.filter((each) => each.state.kind === 'mover') };
  }

  /** The fact's zone, else the person's, else the office's, else the policy's; which one is recorded. */
  private async zoneOf(body: HookBody, person: PersonState): Promise<Zone> {
    if (body.data.timeZone) return { zone: body.data.timeZone, zoneFrom: 'fact' };
    const known = wanted(person.facts);
    if (known.timeZone) return { zone: known.timeZone, zoneFrom: 'person' };
    const office = body.data.office ?? known.office;
    const zone = office ? await this.deps.officeZone(office) : null;

    return zone ? { zone, zoneFrom: 'office' } : { zone: this.deps.defaultZone, zoneFrom: 'policy' };
  }

  private async settleOnly(arrived: Arrived, outcome: Pick<InboxOutcome, 'status' | 'reason' | 'pointers'>): Promise<Taken> {
    const settled: InboxOutcome = { id: arrived.id, caseIds: [], ...outcome };
    if (arrived.inbox) await this.deps.store.commit([], { inbox: settled });

    return { ...settled, personRef: null };
  }
}

/** One case per person, kind and fact: the same fact can never open two. */
export const caseIdOf = (personRef: string, kind: string, factId: string): string => eventIdOf(personStream(personRef), ['case', kind, factId]);

const openCasesOf = (person: PersonState): string[] => person.cases.filter((each) => each.open).map((each) => each.caseId);

/** Everything of a hook that is about the person, and whatever we do not know: kept, sealed. */
const personalOf = (body: HookBody): JsonObject & { employeeId: string } => {
  const { office: _office, timeZone: _zone, sequence: _sequence, employeeId, ...personal } = body.data;
  return { employeeId, ...(JSON.parse(JSON.stringify(personal)) as JsonObject) };
};
