import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { upcasters } from '@handover/case';
import { Cases } from '@handover/case-service';
import { eventIdOf } from '@handover/event-ids';
import type { JsonObject, LoggedEvent } from '@handover/event-store';
import { ReadModels, Sequencer, verifyLog, verifyStreams } from '@handover/event-store-postgres';
import type { DataSource } from 'typeorm';
import { openRecord, type OwnRecord } from '../support/own-record.ts';
import { sealAll } from '../support/record.ts';

interface Saved {
  readonly type: string;
  readonly schema: number;
  readonly data: JsonObject;
  readonly personal?: JsonObject;
}

const folder = new URL('../replay/events/', import.meta.url.replace('/test/dist/', '/test/src/'));
const saved = readdirSync(folder).map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Saved);

let record: OwnRecord;
let db: DataSource;
let store: OwnRecord['store'];

const caseId = '00000000-0000-4000-8000-0000000000aa';
const stream = `case/${caseId}`;
const opened: Saved = {
  type: 'CaseOpened',
  schema: 1,
  data: {
    kind: 'leaver',
    personRef: 'p1',
    source: 'generic',
    requester: 'source:generic',
    office: 'Berlin',
    factId: 'f1',
    terms: {
      kind: 'leaver',
      lastWorkingDay: '2026-03-09',
      cutOff: '2026-03-10T00:00:00.000Z',
      zone: 'Europe/Berlin',
      zoneFrom: 'fact',
      urgency: 'normal',
      reasonCode: null,
      successor: { kind: 'pool' },
    },
  },
};

beforeAll(async () => {
  record = await openRecord();
  ({ db, store } = record);
  await store.commit([
    {
      stream,
      expected: 0,
      events: [opened, ...saved].map(({ personal, ...said }, n) => ({
        ...said,
        id: eventIdOf(stream, [n]),
        meta: { actor: 'auditor', channel: 'api' as const, caseId },
        ...(personal ? { personal: { person: 'p1', data: personal } } : {}),
      })),
    },
  ]);
  await sealAll(new Sequencer(db, { signer: null }));
}, 60_000);
afterAll(() => record.drop());

describe('an event that was stored in an earlier shape', () => {
  it('is there for every shape that has passed', () => {
    expect(upcasters.past.length).toBeGreaterThan(0);
    expect(upcasters.past.filter(({ type, schema }) => !saved.some((each) => each.type === type && each.schema === schema))).toEqual([]);
  });

  it('is read in the shape of now, with what is personal', async () => {
    const [hold] = (await store.read(stream)).filter((each) => each.type === 'LegalHoldPlaced');
    expect(hold).toMatchObject({ schema: 2, data: { actor: 'auditor', confirmUntil: null }, personal: { data: { reason: 'a dispute' } } });
  });

  it('is understood by the rules', async () => {
    const loaded = await new Cases(store).load(caseId);
    expect(loaded?.state.legalHold).toMatchObject({ by: 'auditor', confirmUntil: null });
  });

  it('reaches read models in the shape of now', async () => {
    const seen: LoggedEvent[] = [];
    const models = new ReadModels(db, [
      { name: 'shapes', version: 1, tables: [], create: async () => undefined, apply: async (events) => void seen.push(...events) },
    ]);
    await models.prepare();
    await models.catchUp();
    expect(seen.find((each) => each.type === 'LegalHoldPlaced')).toMatchObject({ schema: 2, data: { confirmUntil: null } });
  });

  it('is stored as it was, byte for byte, and the record verifies', async () => {
    expect(await db.query(`SELECT schema_version, convert_from(body, 'UTF8') AS body FROM ev.event WHERE type = 'LegalHoldPlaced'`)).toEqual([
      { schema_version: 1, body: '{"actor":"auditor"}' },
    ]);
    expect((await verifyStreams(db)).problems).toEqual([]);
    expect((await verifyLog(db)).problems).toEqual([]);
  });

  it('is no news when it is repeated in the shape it had', async () => {
    const events = (await db.query(`SELECT event_id AS id FROM ev.event WHERE type = 'LegalHoldPlaced'`)) as { id: string }[];
    const again = {
      id: events[0]?.id ?? '',
      type: 'LegalHoldPlaced',
      schema: 1,
      data: { actor: 'auditor' },
      meta: { actor: 'a', channel: 'api' as const },
      personal: { person: 'p1', data: { reason: 'a dispute' } },
    };
    expect(await store.commit([{ stream, expected: 1, events: [again] }])).toMatchObject({ already: true });
  });
});
