import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventIdOf } from '@handover/event-ids';
import type { EventMeta, JsonObject, NewEvent } from '@handover/event-store';
import { ReadModels, Sequencer } from '@handover/event-store-postgres';
import { findAudit, projections, type AuditFilter } from '@handover/read-models-postgres';
import type { DataSource } from 'typeorm';
import { openRecord, type OwnRecord } from '../support/own-record.ts';
import { sealAll } from '../support/record.ts';

let record: OwnRecord;
let db: DataSource;
let models: ReadModels;

const said = (stream: string, n: number, type: string, data: JsonObject, meta: Partial<EventMeta> = {}): NewEvent => ({
  id: eventIdOf(stream, [type, n]),
  type,
  schema: 1,
  data,
  meta: { actor: 'source:generic', channel: 'webhook', ...meta },
});
const found = async (filter: AuditFilter): Promise<string[]> =>
  (await findAudit(db, filter, { after: -1, limit: 100 })).map((entry) => `${entry.stream} ${entry.type}`);

beforeAll(async () => {
  record = await openRecord();
  db = record.db;
  const { store } = record;
  models = new ReadModels(db, projections, { batch: 2 });
  await models.prepare();
  // A claim on the company's stream is in the log before the case it is for.
  await store.commit([
    { stream: 'company', expected: 0, events: [said('company', 1, 'SeatTaken', { officeId: '1' }, { caseId: 'c1', actor: 'system', channel: 'system' })] },
  ]);
  await store.commit([
    { stream: 'case/c1', expected: 0, events: [said('case/c1', 1, 'CaseOpened', { kind: 'joiner', personRef: 'p1' }, { caseId: 'c1' })] },
    { stream: 'person/p1', expected: 0, events: [said('person/p1', 1, 'CaseBegan', { caseId: 'c1' }, { caseId: 'c1' })] },
  ]);
  await store.commit([{ stream: 'case/c2', expected: 0, events: [said('case/c2', 1, 'CaseOpened', { kind: 'leaver', personRef: 'p2' }, { caseId: 'c2' })] }]);
  await store.commit([
    {
      stream: 'case/c1',
      expected: 1,
      events: [
        said('case/c1', 2, 'StepStarted', { step: 'invite' }, { caseId: 'c1', actor: 'system', channel: 'system' }),
        said('case/c1', 3, 'DecisionMade', { stage: 'joiner' }, { caseId: 'c1', actor: 'bea', onBehalfOf: 'abe', channel: 'api' }),
      ],
    },
  ]);
  await sealAll(new Sequencer(db, { signer: null }));
  await models.catchUp();
}, 60_000);
afterAll(() => record.drop());

describe('the audit index', () => {
  it.each<[string, AuditFilter, string[]]>([
    ['person', { personRef: 'p1' }, ['company SeatTaken', 'case/c1 CaseOpened', 'person/p1 CaseBegan', 'case/c1 StepStarted', 'case/c1 DecisionMade']],
    ['case', { caseId: 'c2' }, ['case/c2 CaseOpened']],
    ['kind', { kind: 'leaver' }, ['case/c2 CaseOpened']],
    ['actor', { actor: 'bea' }, ['case/c1 DecisionMade']],
    ['whom somebody acted for', { onBehalfOf: 'abe' }, ['case/c1 DecisionMade']],
    ['type', { type: 'CaseOpened' }, ['case/c1 CaseOpened', 'case/c2 CaseOpened']],
    ['channel', { channel: 'system' }, ['company SeatTaken', 'case/c1 StepStarted']],
    ['step', { step: 'invite' }, ['case/c1 StepStarted']],
    ['several at once', { kind: 'joiner', channel: 'api' }, ['case/c1 DecisionMade']],
    ['time', { from: '2000-01-01T00:00:00Z', to: '2000-01-02T00:00:00Z' }, []],
  ])('finds events by %s', async (_by, filter, events) => {
    expect(await found(filter)).toEqual(events);
  });

  it('turns pages both ways', async () => {
    const forth = await findAudit(db, {}, { after: 1, limit: 2 });
    const back = await findAudit(db, {}, { before: 4, limit: 2 });
    expect([forth.map((each) => each.position), back.map((each) => each.position)]).toEqual([
      [2, 3],
      [3, 2],
    ]);
  });

  it('is the same after a rebuild, whatever the batches were', async () => {
    const before = await db.query('SELECT * FROM read.audit_entry ORDER BY position');
    const anew = new ReadModels(db, projections, { batch: 100 });
    await anew.rebuild('audit-index');
    await anew.catchUp();
    expect((await anew.status()).filter((each) => each.name === 'audit-index')).toMatchObject([{ generation: 2, state: 'live' }]);
    expect(await db.query('SELECT * FROM read.audit_entry ORDER BY position')).toEqual(before);
  });

  it('gets what only readers look up by once it has caught up, and is not shown before', async () => {
    const anew = new ReadModels(db, projections, { batch: 100 });
    const { generation } = await anew.rebuild('audit-index');
    const indexes = async (): Promise<number> =>
      Number(((await db.query(`SELECT count(*) FROM pg_indexes WHERE tablename = $1`, [`audit_entry__${generation}`])) as { count: string }[])[0]?.count);
    expect(await indexes()).toBe(2);
    while ((await indexes()) === 2) await anew.advance('audit-index');
    expect((await anew.status()).find((each) => each.generation === generation)).toMatchObject({ state: 'building', lag: 0 });
    await anew.catchUp();
    expect([await indexes(), await anew.status()]).toEqual([8, expect.arrayContaining([expect.objectContaining({ generation, state: 'live' })])]);
  });
});
