import { AccessReads, AuditSubscriptions } from '@handover/audit-feed';
import type { Policy } from '@handover/case';
import { Cases, Company, Intake, Numbers, Persons, Retention } from '@handover/case-service';
import type { Secrets } from '@handover/config';
import type { Dialpad } from '@handover/connector-dialpad';
import { IdempotencyKeys, Inbox, People, PostgresEventStore, keyTable, RetentionRows } from '@handover/event-store-postgres';
import type { PackSigner } from '@handover/evidence';
import { Keyring, type MasterKeys } from '@handover/privacy';
import { otherCases } from '@handover/planning';
import { CaseRows } from '@handover/read-models-postgres';
import type { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import type { ApiParts } from './app.module.ts';
import { HoldDesk } from './holds/hold-desk.ts';
import { InboxDesk } from './hooks/inbox-desk.ts';
import { CaseDesk } from './cases/case-desk.ts';
import { StartDesk } from './cases/start-desk.ts';
import { SubjectAccess } from './persons/subject-export.ts';
import { NumberDesk } from './numbers/number-desk.ts';

export interface Parts {
  readonly dataSource: DataSource;
  readonly masterKey: Uint8Array | MasterKeys;
  readonly dialpad: Dialpad;
  readonly policy: Policy;
  readonly secrets: Secrets;
  /** `http://127.0.0.1:8233/namespaces/default` */
  readonly temporalUi: string;
  /** Signs evidence packs; announced before it is used (`announcePackKey`). */
  readonly packSigner?: PackSigner | null;
}

export const compose = ({ dataSource, masterKey, dialpad, policy, secrets, temporalUi, packSigner = null }: Parts): ApiParts => {
  const keyring = new Keyring(masterKey, keyTable(dataSource));
  const store = new PostgresEventStore(dataSource, keyring);
  const people = new People(dataSource);
  const persons = new Persons(store);
  const cases = new Cases(store);
  const rows = new CaseRows(dataSource);
  const indexOf = (source: string, employeeId: string): Promise<string> => keyring.blindIndex('person', source, employeeId);
  const now = (): string => new Date().toISOString();
  const intake = new Intake({
    store,
    now,
    newPersonRef: () => v7(),
    indexOf,
    findPerson: (index) => people.find(index),
    defaultZone: policy.timeZone,
    officeZone: async (name) => (await dialpad.offices().catch(() => [])).find((office) => office.name === name)?.timezone ?? null,
  });

  const personOf = async (actor: string): Promise<string | null> => {
    const tied = policy.actors[actor];
    return tied ? people.find(await indexOf(tied.source, tied.employeeId)) : null;
  };
  const holds = new HoldDesk({
    store,
    dataSource,
    policy,
    personOf,
    now,
    newId: () => v7(),
  });
  const idempotency = new IdempotencyKeys(dataSource, (...parts) => keyring.blindIndex(...parts));
  const newId = (): string => v7();
  const company = new Company(store);
  const desk = new CaseDesk({ store, persons, people, policy, indexOf, temporalUi, now, rows, cases, newId });
  const access = new AccessReads(dataSource);
  const starts = new StartDesk({
    store,
    persons,
    intake,
    idempotency,
    holds,
    desk,
    access,
    now,
    newId,
    planning: {
      dialpad,
      persons,
      policy,
      ownerOf: async (userId) => people.find(await indexOf('dialpad-user', userId)),
      others: otherCases({ cases, company, mentioning: (ref) => rows.mentioning(ref) }),
    },
  });
  const numbers = new Numbers(store);
  const inbox = new Inbox(dataSource, keyring);
  const ownerOf = async (source: string, employeeId: string): Promise<string | null> => people.find(await indexOf(source, employeeId));

  return {
    desk,
    starts,
    holds,
    keyring,
    dataSource,
    secrets,
    packSigner,
    policy,
    access,
    subscriptions: new AuditSubscriptions(dataSource, keyring, store),
    retention: new Retention({
      store,
      policy,
      now,
      rows: new RetentionRows(dataSource, inbox),
      bodies: { ownerOf, kept: () => inbox.kept() },
      returnsUser: async (userId) => (await dialpad.readUser(userId)) !== null,
    }),
    inbox,
    facts: new InboxDesk(inbox, store),
    subjectAccess: new SubjectAccess({ store, dataSource, keyring, rows, inbox, dialpad, policy, holds, ownerOf, now, newId }),
    numbers: new NumberDesk({
      dataSource,
      store,
      cases,
      company,
      numbers,
      persons,
      people,
      idempotency,
      dialpad,
      policy,
      desk,
      access,
      indexOf,
      now,
      newId,
    }),
  };
};
