import { createCaseActivities, type CaseActivityDeps } from '@handover/activities-cases';
import { createDialpadActivities } from '@handover/activities-dialpad';
import { AccessReads, AuditSubscriptions } from '@handover/audit-feed';
import type { Policy } from '@handover/case';
import { Cases, Company, Intake, type KeptBodies, Persons, type IntakeDeps, Retention } from '@handover/case-service';
import { rolesOf, type Secrets } from '@handover/config';
import type { Dialpad } from '@handover/connector-dialpad';
import type { EventStore } from '@handover/event-store';
import { Inbox, Outbox, People, PostgresEventStore, ReadModels, keyTable, RetentionRows } from '@handover/event-store-postgres';
import { CaseRows, lastPersonOf, projections } from '@handover/read-models-postgres';
import { Keyring, type MasterKeys } from '@handover/privacy';
import { uuidv7 } from './ids.ts';
import { otherCases } from '@handover/planning';
import type { CaseActivities, DialpadActivities } from '@handover/workflow-contracts';
import type { DataSource } from 'typeorm';

export interface Parts {
  readonly dataSource: DataSource;
  readonly masterKey: Uint8Array | MasterKeys;
  readonly dialpad: Dialpad;
  readonly policy: Policy;
  readonly secrets: Secrets;
  /** ISO instant. */
  readonly now?: () => string;
}

export interface Composed {
  readonly keyring: Keyring;
  readonly store: EventStore;
  readonly intake: Intake;
  readonly inbox: Inbox;
  readonly inboxAttempts: number;
  readonly bodies: KeptBodies;
  readonly outbox: Outbox;
  readonly cases: Cases;
  readonly rows: CaseRows;
  readonly access: AccessReads;
  readonly auditSubscriptions: AuditSubscriptions;
  readonly retention: Retention;
  readonly readModels: ReadModels;
  readonly caseActivities: CaseActivities;
  readonly dialpadActivities: DialpadActivities;
}

/** Everything a worker does, from its parts. Nothing is opened or started here. */
export const compose = ({ dataSource, masterKey, dialpad, policy, secrets, now = () => new Date().toISOString() }: Parts): Composed => {
  const keyring = new Keyring(masterKey, keyTable(dataSource));
  const store = new PostgresEventStore(dataSource, keyring);
  const people = new People(dataSource);
  const rows = new CaseRows(dataSource);
  const company = new Company(store);
  const cases = new Cases(store);
  const indexOf = (source: string, employeeId: string): Promise<string> => keyring.blindIndex('person', source, employeeId);
  const roles = rolesOf(secrets);

  const caseDeps: CaseActivityDeps = {
    store,
    company,
    now,
    policy,
    rolesOf: (actor) => roles.get(actor) ?? [],
    personOf: async (actor) => {
      const tied = policy.actors[actor];
      return tied ? people.find(await indexOf(tied.source, tied.employeeId)) : null;
    },
  };

  const inbox = new Inbox(dataSource, keyring);
  const bodies = bodiesIn(inbox, people, indexOf);

  return {
    keyring,
    store,
    cases,
    rows,
    access: new AccessReads(dataSource),
    auditSubscriptions: new AuditSubscriptions(dataSource, keyring, store),
    retention: new Retention({
      store,
      policy,
      now,
      rows: new RetentionRows(dataSource, inbox),
      bodies,
      returnsUser: async (userId) => (await dialpad.readUser(userId)) !== null,
    }),
    inbox,
    inboxAttempts: policy.inbox.attempts,
    bodies,
    outbox: new Outbox(dataSource),
    readModels: new ReadModels(dataSource, projections),
    intake: new Intake({
      store,
      now,
      newPersonRef: uuidv7,
      indexOf,
      findPerson: (index) => people.find(index),
      officeZone: zoneOfOffice(dialpad),
      defaultZone: policy.timeZone,
    }),
    caseActivities: createCaseActivities(caseDeps),
    dialpadActivities: createDialpadActivities({
      dialpad,
      store,
      company,
      policy,
      now,
      cases,
      // What is planned here is done: a case that was opened a moment ago counts.
      others: otherCases({ cases, company, mentioning: (ref) => rows.mentioningNow(ref) }),
      persons: new Persons(store),
      ownerOf: async (userId) => people.find(await indexOf('dialpad-user', userId)),
      userIndex: (userId) => indexOf('dialpad-user', userId),
      bodies,
      lastPersonOf: (number) => lastPersonOf(dataSource, number),
      withOpenTasks: () => rows.withOpenTasks(),
      awaitingAcceptance: () => rows.idsIn('joiner', 'awaiting-acceptance'),
    }),
  };
};

/** Kept webhook bodies, and whose they are. */
export const bodiesIn = (inbox: Inbox, people: People, indexOf: (source: string, employeeId: string) => Promise<string>): KeptBodies => ({
  kept: () => inbox.kept(),
  ownerOf: async (source, employeeId) => people.find(await indexOf(source, employeeId)),
});

const ZONES_KEPT_MS = 10 * 60_000;

/** Offices hardly ever change; Dialpad being away means "unknown now", and the policy's zone is taken and recorded. */
const zoneOfOffice = (dialpad: Dialpad): IntakeDeps['officeZone'] => {
  let zones: Promise<ReadonlyMap<string, string>> | null = null;
  let until = 0;
  const read = async (): Promise<ReadonlyMap<string, string>> =>
    new Map((await dialpad.offices()).flatMap((office) => (office.timezone === null ? [] : [[office.name, office.timezone] as const])));

  return async (name) => {
    if (zones === null || Date.now() > until) {
      zones = read();
      until = Date.now() + ZONES_KEPT_MS;
    }
    try {
      return (await zones).get(name) ?? null;
    } catch {
      zones = null;
      return null;
    }
  };
};
