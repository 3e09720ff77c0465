import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CaseRows, type PostgresEventStore } from '@handover/event-store-postgres';
import { eventIdOf, type CaseRow } from '@handover/event-store';
import type { DataSource } from 'typeorm';
import { openRecord, type OwnRecord } from '../support/own-record.ts';
import { happened } from '../support/record.ts';

let record: OwnRecord;
let db: DataSource;
let store: PostgresEventStore;

beforeAll(async () => {
  record = await openRecord();
  ({ db, store } = record);
}, 60_000);
afterAll(() => record.drop());

describe('the row of a case and its message', () => {
  /** Everything that a row can hold, beside which something fails or not. */
  const full = (n: number, version: number, more: Partial<CaseRow> = {}): CaseRow => ({
    id: `00000000-0000-4000-8000-0000000000a${n}`,
    kind: 'leaver',
    phase: 'planned',
    personRef: `p-${n}`,
    office: 'Köln "Süd"',
    waitingOn: 'people',
    due: '2026-03-09T23:00:00.000Z',
    attention: true,
    closed: false,
    version,
    view: { steps: ['a', null], says: 'null' },
    openedAt: '2026-01-01T00:00:00.000Z',
    number: null,
    ...more,
  });
  const commit = (row: CaseRow, kind: 'start' | 'signal') =>
    store.commit([{ stream: `rows/${row.id}`, expected: row.version - 1, events: [happened(`rows/${row.id}`, row.version)] }], {
      cases: [row],
      outbox: [{ caseId: row.id, kind }],
    });
  const stored = async (n: number): Promise<unknown> => [
    await new CaseRows(db).get(full(n, 1).id),
    await db.query('SELECT kind FROM app.outbox WHERE case_id = $1 ORDER BY id', [full(n, 1).id]),
  ];

  it('are the same however they were written: alone, together with others, or one by one because another failed', async () => {
    const later = (n: number): CaseRow => full(n, 2, { phase: 'closed', closed: true, office: null, due: null, waitingOn: null, attention: false, view: {} });
    const fails = (name: string) => store.commit([{ stream: name, expected: 7, events: [happened(name, 1)] }]).catch(() => null);
    for (const row of [full, later]) {
      await commit(row(1, 1), row === full ? 'start' : 'signal');
      await Promise.all([2, 3].map((n) => commit(row(n, 1), row === full ? 'start' : 'signal')));
      await Promise.all([fails('rows/none'), commit(row(4, 1), row === full ? 'start' : 'signal'), fails('rows/none-2')]);
    }
    for (const n of [1, 2, 3, 4])
      expect([n, await stored(n)]).toEqual([n, [{ ...later(n), openedAt: full(n, 1).openedAt }, [{ kind: 'start' }, { kind: 'signal' }]]]);
    // A row that is there though its stream is new is found all the same.
    await store.commit([{ stream: 'rows/new', expected: 0, events: [happened('rows/new', 1)] }], { cases: [{ ...later(1), version: 3, phase: 'erased' }] });
    expect(await new CaseRows(db).get(full(1, 1).id)).toMatchObject({ version: 3, phase: 'erased', openedAt: full(1, 1).openedAt });
    await store.commit([{ stream: 'rows/new', expected: 1, events: [happened('rows/new', 2)] }], { cases: [{ ...later(1), version: 4 }] });
    // Whoever comes late with an older row changes nothing.
    await store.commit([], { cases: [full(1, 1)] });
    expect(await stored(1)).toEqual([{ ...later(1), version: 4 }, [{ kind: 'start' }, { kind: 'signal' }]]);
    await db.query('DELETE FROM app.outbox');
  });
});

describe('the row of a case that goes on', () => {
  it.each([
    ['touches no index while it stays in its phase', 'planned', { mentions: ['p-9'], steps: [1] }, 1],
    ['is found by its new phase', 'working', { mentions: ['p-9'] }, 0],
    ['is found by whom it mentions now', 'planned', { mentions: [] }, 0],
  ])('%s', async (_what, phase, view, inPlace) => {
    const write = `SELECT app.write_case(false, $1, 'leaver', $2, 'p', null, null, null, false, false, $3, $4, now(), null, null)`;
    const id = eventIdOf(phase, [JSON.stringify(view)]);
    await db.transaction(async (one) => {
      const times = async (): Promise<number> =>
        ((await one.query(`SELECT pg_stat_get_xact_tuples_hot_updated('app.case_row'::regclass)::int AS times`)) as [{ times: number }])[0].times;
      await one.query(write, [id, 'planned', 1, { mentions: ['p-9'] }]);
      const before = await times();
      await one.query(write, [id, phase, 2, view]);
      expect((await times()) - before).toBe(inPlace);
    });
    expect((await new CaseRows(db).mentioning('p-9')).includes(id)).toBe(view.mentions.length > 0);
  });
});
