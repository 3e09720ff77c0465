import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaseCommand, LeaverTerms } from '@handover/case';
import { block, day, leaverTerms, start } from '@handover/case/testing';
import { Cases } from '@handover/case-service';
import { eventIdOf } from '@handover/event-ids';
import { NotThereYet, ReadModels, Sequencer, caughtUp, type PostgresEventStore } from '@handover/event-store-postgres';
import { caseRowOf } from '@handover/read-models';
import { CaseRows, caseList } from '@handover/read-models-postgres';
import type { DataSource } from 'typeorm';
import { openRecord, type OwnRecord } from '../support/own-record.ts';
import { happened, sealAll } from '../support/record.ts';

let record: OwnRecord;
let db: DataSource;
let store: PostgresEventStore;
let cases: Cases;
let rows: CaseRows;
let models: ReadModels;

beforeAll(async () => {
  record = await openRecord();
  ({ db, store } = record);
  cases = new Cases(store);
  rows = new CaseRows(db);
  models = new ReadModels(db, [caseList], { batch: 3 });
  await models.prepare();
}, 60_000);
afterAll(() => record.drop());

const does = (caseId: string, command: CaseCommand) => cases.execute(caseId, command, { actor: 'hr', channel: 'webhook', commandId: randomUUID() });
const opens = async (personRef: string, more: Partial<LeaverTerms> = {}): Promise<string> => {
  const caseId = randomUUID();
  await does(caseId, {
    type: 'open',
    open: {
      personRef,
      source: 'generic',
      requester: 'hr',
      office: 'Köln "Süd"',
      terms: { ...leaverTerms, ...more },
      factId: randomUUID(),
      reason: 'She told us herself.',
    },
  });
  return caseId;
};
const changes = (caseId: string, more: Partial<LeaverTerms>) => does(caseId, { type: 'changeTerms', factId: randomUUID(), terms: { ...leaverTerms, ...more } });
const blocks = async (caseId: string): Promise<void> => {
  await does(caseId, start('link', day(1)));
  await does(caseId, block('link', 'user.unknown'));
};
const follow = async (): Promise<void> => {
  await sealAll(new Sequencer(db, { signer: null }));
  await models.catchUp();
};
const stored = (): Promise<unknown[]> => db.query('SELECT * FROM read.case_row ORDER BY id');

describe('the list of cases', () => {
  it('says of each case what its stream says, in whatever portions the events came', async () => {
    const ids = await Promise.all(['p-1', 'p-2', 'p-3'].map((ref) => opens(ref)));
    await follow();
    const [first = '', second = ''] = ids;
    await changes(first, { lastWorkingDay: '2026-04-01', cutOff: '2026-04-02T00:00:00.000Z' });
    await blocks(second);
    ids.push(await opens('p-4', { successor: { kind: 'person', personRef: 'p-1' } }));
    await follow();

    const { items } = await rows.list({}, { limit: 50 });
    for (const id of ids) {
      const loaded = await cases.load(id);
      expect([id, items.find((row) => row.id === id)]).toEqual([id, loaded && caseRowOf(id, loaded)]);
    }
    expect(items.find((row) => row.id === second)).toMatchObject({ office: 'Köln "Süd"', waitingOn: 'operator', attention: true, version: 3 });
    expect(await rows.mentioning('p-1')).toEqual([ids[3]]);
    expect((await rows.ofPerson('p-2')).map((row) => row.id)).toEqual([second]);
  });

  it('is the same after it was built anew', async () => {
    const before = await stored();
    const anew = new ReadModels(db, [caseList], { batch: 100 });
    await anew.rebuild('cases');
    await anew.catchUp();
    expect((await anew.status()).map(({ generation, state }) => ({ generation, state }))).toEqual([{ generation: 2, state: 'live' }]);
    expect(await stored()).toEqual(before);
  });

  it('touches no index while a case stays where it is, and finds it by what it becomes', async () => {
    const caseId = await opens('p-5', { successor: { kind: 'person', personRef: 'p-9' } });
    await follow();
    const inPlace = async (): Promise<number> => {
      await db.query('SELECT pg_stat_force_next_flush()');
      const [row] = (await db.query(`SELECT n_tup_hot_upd::int AS times FROM pg_stat_user_tables WHERE relname = 'case_row__2'`)) as [{ times: number }];
      return row.times;
    };
    const before = await inPlace();
    await changes(caseId, { lastWorkingDay: '2026-05-01', cutOff: '2026-05-02T00:00:00.000Z', successor: { kind: 'person', personRef: 'p-9' } });
    await follow();
    expect(await inPlace()).toBe(before + 1);
    await changes(caseId, { successor: { kind: 'person', personRef: 'p-8' } });
    await follow();
    expect([await rows.mentioning('p-9'), await rows.mentioning('p-8')]).toEqual([[], [caseId]]);
  });
});

describe('who decides by the list', () => {
  it('waits for what was committed before, and hears where it stands still', async () => {
    const caseId = await opens('p-6', { successor: { kind: 'person', personRef: 'p-7' } });
    await expect(caughtUp(db, 'cases', 50)).rejects.toBeInstanceOf(NotThereYet);
    expect([await rows.mentioning('p-7'), await rows.mentioningNow('p-7', 50)]).toEqual([[], [caseId]]); // out of the events
    const waiting = caughtUp(db, 'cases');
    await sealAll(new Sequencer(db, { signer: null }));
    await expect(caughtUp(db, 'cases', 50)).rejects.toBeInstanceOf(NotThereYet); // it has its place, and is not applied
    await models.catchUp();
    await waiting;
    expect((await rows.ofPerson('p-6')).map((row) => row.id)).toEqual([caseId]);
    expect(await rows.mentioningNow('p-7', 0)).toEqual([caseId]);
    await caughtUp(db, 'cases', 0);
    await expect(caughtUp(db, 'no such model', 0)).rejects.toBeInstanceOf(NotThereYet);
  });

  it('waits for a commit too that had an earlier number than one which is there already', async () => {
    const slow = db.createQueryRunner();
    await slow.startTransaction();
    const id = eventIdOf('slow', ['event', 1]);
    await slow.query(
      `SELECT ev.append('slow', 0, ARRAY[$1]::uuid[], ARRAY['Happened'], ARRAY[1], ARRAY['{}'::bytea], ARRAY['{"actor":"t","channel":"system"}'::bytea], ARRAY[NULL]::uuid[], ARRAY[NULL]::bytea[])`,
      [id],
    );
    await store.commit([{ stream: 'fast', expected: 0, events: [happened('fast', 1)] }]);
    await follow();
    await caughtUp(db, 'cases', 0);
    await slow.commitTransaction();
    await slow.release();
    await expect(caughtUp(db, 'cases', 0)).rejects.toBeInstanceOf(NotThereYet);
    await follow();
    await caughtUp(db, 'cases', 0);
  });
});

describe('what Temporal is told of a case', () => {
  const commit = (stream: string, version: number, events = 1) =>
    store.commit([{ stream, expected: version - 1, events: Array.from({ length: events }, (_, n) => happened(stream, version + n)) }], {
      outbox: [{ caseId: eventIdOf(stream, ['case']), kind: version === 1 ? 'start' : 'signal' }],
    });
  const told = async (stream: string): Promise<string[]> =>
    ((await db.query('SELECT kind FROM app.outbox WHERE case_id = $1 ORDER BY id', [eventIdOf(stream, ['case'])])) as { kind: string }[]).map(
      ({ kind }) => kind,
    );
  const fails = (name: string) => store.commit([{ stream: name, expected: 7, events: [happened(name, 1)] }]).catch(() => null);

  it('is the same however it was written: alone, together with others, or one by one because another failed', async () => {
    for (const [version, events] of [
      [1, 1],
      [2, 2],
    ] as const) {
      await commit('alone', version, events);
      await Promise.all(['one', 'two'].map((stream) => commit(stream, version, events)));
      await Promise.all([fails('none'), commit('beside', version, events), fails('none-2')]);
    }
    for (const stream of ['alone', 'one', 'two', 'beside']) expect([stream, await told(stream)]).toEqual([stream, ['start', 'signal']]);
  });

  it('is told by processes of the version before too, which send rows of cases that nobody keeps', async () => {
    const caseId = randomUUID();
    const row = {
      id: caseId,
      kind: 'leaver',
      phase: 'planned',
      person_ref: 'p',
      closed: false,
      attention: false,
      version: 1,
      view: {},
      opened_at: '2026-01-01T00:00:00Z',
    };
    await db.query('SELECT app.write_side($1)', [JSON.stringify({ cases: [row], outbox: [{ case_id: caseId, kind: 'start' }] })]);
    expect(await db.query('SELECT kind FROM app.outbox WHERE case_id = $1', [caseId])).toEqual([{ kind: 'start' }]);
  });

  it('is told once: a repetition of the commit tells nothing', async () => {
    expect(await commit('alone', 1)).toMatchObject({ already: true });
    expect(await told('alone')).toEqual(['start', 'signal']);
  });
});
