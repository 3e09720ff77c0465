import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Persons, erasing, holdPerson, personStream } from '@handover/case-service';
import { defaultPolicy, mayBeErased } from '@handover/case';
import { eventIdOf } from '@handover/event-ids';
import type { NewEvent } from '@handover/event-store';
import {
  Inbox,
  People,
  PostgresEventStore,
  keyTable,
  openDatabase,
  publishErasures,
  readErasures,
  tellOfKeys,
  unshredded,
  scrubKeys,
  verifyStreams,
} from '@handover/event-store-postgres';
import { Keyring } from '@handover/privacy';
import { bodiesIn, erasedStayErased } from '@handover/worker';
import type { DataSource } from 'typeorm';
import { startApi, type RunningApi } from '../support/api.ts';
import { eventually } from '../support/wait.ts';

let api: RunningApi;
/** Somebody who owns the server; everything else here has the rights of a service. */
let owner: DataSource;
let news: ReturnType<typeof tellOfKeys> | undefined;
const MASTER = randomBytes(32);

beforeAll(async () => {
  api = await startApi('', { masterKey: MASTER });
  owner = await openDatabase(api.databaseUrl, { poolSize: 2 });
}, 60_000);
afterAll(async () => {
  await news?.stop();
  await owner.destroy();
  await api.stop();
}, 30_000);

/** A process of its own as far as keys go. */
const elsewhere = (db: DataSource = api.dataSource) => {
  const keyring = new Keyring(MASTER, keyTable(db));
  const inbox = new Inbox(db, keyring);
  const bodies = bodiesIn(inbox, new People(db), (source, employeeId) => keyring.blindIndex('person', source, employeeId));
  return { keyring, store: new PostgresEventStore(db, keyring), inbox, bodies };
};
const leaving = async (employeeId: string, more: object = {}) => {
  const { body } = await api.call('requester', '/v1/cases', {
    fact: { type: 'employee.terminated', data: { employeeId, email: `${employeeId}@example.com`, lastWorkingDay: '2026-11-01', timeZone: 'UTC', ...more } },
    reason: `the reason of ${employeeId}`,
  });
  return { id: String(body['id']), ref: (body as { person: { ref: string } }).person.ref };
};
const personal = (ref: string, n: number, name = 'x'): NewEvent => ({
  id: eventIdOf(personStream(ref), ['test', n]),
  type: 'FactRecorded',
  schema: 1,
  data: { fact: { id: `f${n}`, kind: 'changed', at: '2026-01-01T00:00:00.000Z', sequence: null, office: null, timeZone: null, joiner: null, leaver: null } },
  personal: { person: ref, data: { givenName: name } },
  meta: { actor: 'test', channel: 'system' },
});
const erase = async (ref: string, { store, bodies } = elsewhere()): Promise<void> => {
  const { state, version } = await new Persons(store).load(ref);
  if (!mayBeErased(state)) throw new Error('they are held'); // whoever erases looks first, and the version says what was looked at
  const erased: NewEvent = {
    id: eventIdOf(personStream(ref), ['erased']),
    type: 'PersonErased',
    schema: 1,
    data: { caseId: null },
    meta: { actor: 'test', channel: 'system' },
  };
  await store.commit([{ stream: personStream(ref), expected: version, events: [erased] }], await erasing(store, bodies, ref));
};

describe('after an erasure', () => {
  it('a repetition of what was stored before is "already", and anything new is refused', async () => {
    const { ref } = await leaving('repeated');
    const { store } = elsewhere();
    const { version } = await new Persons(store).load(ref);
    const append = { stream: personStream(ref), expected: version, events: [personal(ref, 1)] };
    expect((await store.commit([append])).already).toBe(false);
    await erase(ref);

    expect((await elsewhere().store.commit([append])).already).toBe(true);
    await expect(elsewhere().store.commit([{ ...append, expected: version + 2, events: [personal(ref, 2)] }])).rejects.toMatchObject({ code: 'erased' });
    await expect(elsewhere().store.commit([{ ...append, expected: version + 2, events: [personal(ref, 1), personal(ref, 2)] }])).rejects.toMatchObject({
      code: 'erased',
    });
  });

  it('a process that still has the key in memory cannot store anything sealed by it', async () => {
    const { ref } = await leaving('fenced');
    const late = elsewhere();
    const { version } = await new Persons(late.store).load(ref);
    await late.store.commit([{ stream: personStream(ref), expected: version, events: [personal(ref, 1)] }]);
    await erase(ref);
    await expect(late.store.commit([{ stream: personStream(ref), expected: version + 2, events: [personal(ref, 2)] }])).rejects.toMatchObject({
      code: 'erased',
    });
    expect((await late.store.read(personStream(ref))).filter((event) => event.type === 'FactRecorded').length).toBe(2);
  });

  it('every process forgets the key the moment it is destroyed; one that cannot be told looks each time', async () => {
    const { ref } = await leaving('cached');
    const other = elsewhere();
    news = tellOfKeys(api.databaseUrl, other.keyring);
    await news.ready;
    const read = async () => (await new Persons(other.store).load(ref)).profile.email;
    expect(await read()).toBe('cached@example.com');
    await erase(ref);
    await eventually('the news', async () => (await read()) === null, 5_000);

    const { ref: second } = await leaving('cut-off');
    await owner.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'handover-keys' AND datname = current_database()`);
    await eventually(
      'the end of the connection',
      async () =>
        ((await api.dataSource.query(`SELECT 1 FROM pg_stat_activity WHERE application_name = 'handover-keys' AND datname = current_database()`)) as unknown[])
          .length === 0,
    );
    expect((await new Persons(other.store).load(second)).profile.email).toBe('cut-off@example.com');
    await erase(second);
    expect((await new Persons(other.store).load(second)).profile.erased).toBe(true);
  }, 30_000);

  it('the same employee is somebody new: another reference, another key', async () => {
    const { ref } = await leaving('comes-back');
    await erase(ref);
    const again = await leaving('comes-back');
    expect(again.ref).not.toBe(ref);
    const keys = (await api.dataSource.query('SELECT subject, wrapped_dek IS NULL AS gone FROM ev.subject_key WHERE subject = ANY($1)', [
      [ref, again.ref],
    ])) as {
      subject: string;
      gone: boolean;
    }[];
    expect(Object.fromEntries(keys.map((key) => [key.subject, key.gone]))).toEqual({ [ref]: true, [again.ref]: false });
    expect((await api.call('operator', `/v1/persons?employeeId=comes-back`)).body).toMatchObject({ ref: again.ref });
  });

  it('what had arrived about the person and nobody worked is gone, and nothing of anybody else', async () => {
    const { ref } = await leaving('waiting', { givenName: 'Wai', familyName: 'Ting' });
    const { inbox, store } = elsewhere();
    const body = (data: object): Buffer => Buffer.from(JSON.stringify({ type: 'employee.hired', timestamp: '2026-01-01T00:00:00Z', data }));
    const arrives = async (data: object, settled = true): Promise<string> => {
      const { id } = await inbox.accept({ source: 'generic', webhookId: randomUUID(), body: body(data) });
      if (settled)
        await store.commit([], { inbox: { id, status: 'needs-person', caseIds: [], reason: '/data/startDate: bad', pointers: ['/data/startDate'] } });
      return id;
    };
    const gone = [
      await arrives({ employeeId: 'waiting' }),
      await arrives({ email: 'WAITING@example.com' }),
      await arrives({ givenName: 'Wai', familyName: 'Ting' }),
    ];
    const kept = [
      await arrives({ employeeId: 'other', manager: 'waiting' }),
      await arrives({ email: 'other@example.com', givenName: 'Wai' }),
      await arrives({ employeeId: 'waiting' }, false),
    ];
    await erase(ref);
    const rows = (await api.dataSource.query('SELECT id, body IS NULL AS gone, status FROM app.inbox WHERE id = ANY($1::uuid[])', [[...gone, ...kept]])) as {
      id: string;
      gone: boolean;
      status: string;
    }[];
    const state = Object.fromEntries(rows.map((row) => [row.id, row.gone]));
    expect(gone.map((id) => state[id])).toEqual([true, true, true]);
    expect(kept.map((id) => state[id])).toEqual([false, false, false]);
    expect(rows.find((row) => row.id === gone[0])?.status).toBe('ignored');
  });

  it('what is still to be worked is gone as well, but who is hired again is worked as somebody new, and what nobody could work then is not kept', async () => {
    const { ref } = await leaving('rehired');
    const { inbox } = elsewhere();
    const timestamp = '2026-11-01T00:00:00Z';
    const arrives = async (type: string, data: object): Promise<string> =>
      (
        await inbox.accept({
          source: 'generic',
          webhookId: randomUUID(),
          body: Buffer.from(JSON.stringify({ type, timestamp, data: { employeeId: 'rehired', ...data } })),
        })
      ).id;
    const before = await arrives('employee.changed', { familyName: 'Of Before' });
    const hire = await arrives('employee.rehired', { email: 'rehired@example.com', startDate: '2027-01-01', timeZone: 'UTC' });
    const wrong = await arrives('employee.changed', { email: 'rehired@example.com', timeZone: 'Mars/Base' });
    await erase(ref);
    expect(await inbox.get(before)).toMatchObject({ status: 'ignored', reason: 'the person it was about is erased' });
    await api.workInbox();
    expect(await inbox.get(before)).toMatchObject({ status: 'ignored' });
    expect(await inbox.get(hire)).toMatchObject({ status: 'processed' });
    expect(await inbox.get(wrong)).toMatchObject({ status: 'needs-person', reason: expect.stringMatching(/timeZone.*; what was sent is deleted.*sent again/) });
    expect(await api.dataSource.query('SELECT 1 FROM app.inbox WHERE body IS NOT NULL AND id = ANY($1::uuid[])', [[before, hire, wrong]])).toEqual([]);
    const again = (await api.call('operator', `/v1/persons?employeeId=rehired`)).body as { ref: string; cases: unknown[] };
    expect(again.ref).not.toBe(ref);
    expect(again.cases).toMatchObject([{ kind: 'joiner' }]);
    expect((await new Persons(api.worker.store).load(again.ref)).profile.familyName).toBeNull();
  });

  it('keeps a rehire that was given up for whoever has it tried again, and is not held up by a body that nobody can open', async () => {
    const { ref } = await leaving('given-up');
    const { inbox } = elsewhere();
    const arrives = async (type: string, data: object): Promise<string> => {
      const body = Buffer.from(JSON.stringify({ type, timestamp: '2026-11-01T00:00:00Z', data: { employeeId: 'given-up', ...data } }));
      const { id } = await inbox.accept({ source: 'generic', webhookId: randomUUID(), body });
      await inbox.countFailure(id, { code: 'some.code', delayMs: 0, limit: 1 });
      return id;
    };
    const spoilt = await arrives('employee.changed', {});
    await api.dataSource.query('UPDATE app.inbox SET body = set_byte(body, 20, 255 - get_byte(body, 20)) WHERE id = $1', [spoilt]);
    const before = await arrives('employee.changed', {});
    const hire = await arrives('employee.rehired', { email: 'given-up@example.com', startDate: '2027-01-01', timeZone: 'UTC' });
    await erase(ref);
    expect(await inbox.get(before)).toMatchObject({ status: 'ignored' });
    expect(await inbox.retry(before, 'operator')).toBe(false);
    expect(await inbox.get(hire)).toMatchObject({ status: 'failed' });
    expect(await inbox.retry(hire, 'operator')).toBe(true);
    await inbox.countFailure(hire, { code: 'some.code', delayMs: 0, limit: 1 });
    expect(await inbox.retry(hire, 'operator')).toBe(true);
    await api.workInbox();
    expect(await inbox.get(hire)).toMatchObject({ status: 'processed' });
    expect((await api.call('operator', `/v1/persons?employeeId=given-up`)).body).toMatchObject({ cases: [{ kind: 'joiner' }] });
    expect(await api.dataSource.query('SELECT 1 FROM app.inbox WHERE body IS NOT NULL AND id = ANY($1::uuid[])', [[before, hire]])).toEqual([]);
    await api.dataSource.query('DELETE FROM app.inbox WHERE id = $1', [spoilt]);
  });

  it('is not survived by what was put aside while it was under way, nor brought back by who worked it at that moment', async () => {
    const { ref } = await leaving('meanwhile');
    const { inbox, store, bodies } = elsewhere();
    const arrives = async (): Promise<string> =>
      (
        await inbox.accept({
          source: 'generic',
          webhookId: randomUUID(),
          body: Buffer.from(JSON.stringify({ type: 'employee.changed', timestamp: '2026-11-01T00:00:00Z', data: { employeeId: 'meanwhile' } })),
        })
      ).id;
    const [aside, late] = [await arrives(), await arrives()];
    const about = await erasing(store, bodies, ref);
    await store.commit([], { inbox: { id: aside, status: 'needs-person', caseIds: [], reason: 'x', pointers: [] } });
    await store.commit([], about);
    expect(await api.dataSource.query('SELECT 1 FROM app.inbox WHERE body IS NOT NULL AND id = ANY($1::uuid[])', [[aside, late]])).toEqual([]);
    const somebody = randomUUID();
    const fact = { stream: personStream(somebody), expected: 0, events: [{ ...personal(somebody, 1), id: randomUUID() }] };
    await expect(store.commit([fact], { inbox: { id: late, status: 'processed', caseIds: [], reason: null, pointers: [] } })).rejects.toThrow(
      'the person this was about is erased',
    );
    expect(await store.read(personStream(somebody))).toEqual([]);
  });

  it('reaches what was sent with a mistyped employee id and their mail, unless the id is somebody else’s', async () => {
    const { ref } = await leaving('typed');
    await leaving('neighbour');
    const { inbox, store } = elsewhere();
    const arrives = async (employeeId: string): Promise<string> => {
      const body = Buffer.from(JSON.stringify({ type: 'employee.changed', data: { employeeId, email: 'Typed@example.com' } }));
      const { id } = await inbox.accept({ source: 'generic', webhookId: randomUUID(), body });
      await store.commit([], { inbox: { id, status: 'needs-person', caseIds: [], reason: 'x', pointers: [] } });
      return id;
    };
    const [mistyped, others] = [await arrives('tpyed'), await arrives('neighbour')];
    await erase(ref);
    expect(await inbox.get(mistyped)).toMatchObject({ status: 'ignored' });
    expect(await inbox.get(others)).toMatchObject({ status: 'needs-person' });
  });

  it('no kept answer of theirs is left, and none was ever kept under a key or a hash that can be tried out', async () => {
    const key = 'nora.quist@example.com leaves';
    const fact = {
      type: 'employee.terminated',
      data: { employeeId: 'answered', email: 'answered@example.com', lastWorkingDay: '2026-11-01', timeZone: 'UTC' },
    };
    const first = await api.call('requester', '/v1/cases', { fact }, { 'idempotency-key': key });
    expect(await api.call('requester', '/v1/cases', { fact }, { 'idempotency-key': key })).toMatchObject({ status: 201, body: { id: first.body['id'] } });
    const stored = JSON.stringify(await api.dataSource.query('SELECT * FROM app.idempotency_key'));
    expect(stored).not.toContain('nora.quist');
    expect(stored).not.toContain('answered');
    const { ref } = (first.body as { person: { ref: string } }).person;
    await erase(ref);
    expect(await api.dataSource.query('SELECT 1 FROM app.idempotency_key WHERE person_ref = $1', [ref])).toEqual([]);
  });

  it('the bytes of the wrapped key are nowhere in the table, once that is written anew, and it is not called so while somebody may still read it', async () => {
    const { ref } = await leaving('scrubbed');
    const [row] = (await api.dataSource.query('SELECT wrapped_dek FROM ev.subject_key WHERE subject = $1', [ref])) as { wrapped_dek: Buffer }[];
    const inTable = async (): Promise<boolean> => {
      await owner.query('CHECKPOINT');
      const [file] = (await owner.query(`SELECT pg_read_binary_file(pg_relation_filepath('ev.subject_key')) AS bytes`)) as { bytes: Buffer }[];
      return file?.bytes.includes(row?.wrapped_dek.subarray(12, 44) ?? Buffer.alloc(0)) ?? false;
    };
    expect(await inTable()).toBe(true);
    const reader = api.dataSource.createQueryRunner();
    await reader.startTransaction('REPEATABLE READ');
    await reader.query('SELECT 1');
    await erase(ref);
    await expect(scrubKeys(api.dataSource)).rejects.toThrow(/an older transaction may read it/);
    expect(await inTable()).toBe(true);
    await reader.rollbackTransaction();
    await reader.release();
    await scrubKeys(api.dataSource, 20_000);
    expect(await inTable()).toBe(false);
  });

  it('the record verifies', async () => {
    expect((await verifyStreams(api.dataSource)).problems).toEqual([]);
  });
});

describe('a hold and an erasure that race', () => {
  it('never both win', async () => {
    for (let n = 0; n < 8; n += 1) {
      const { ref } = await leaving(`raced-${n}`);
      const { store } = elsewhere();
      const by = { actor: 'auditor', channel: 'api' as const, commandId: randomUUID() };
      const request = {
        by: { actor: 'auditor', roles: ['auditor'], personRef: null },
        reason: 'x',
        now: new Date().toISOString(),
        rule: defaultPolicy.legalHold,
      };
      const [held, erased] = await Promise.allSettled([holdPerson(store, ref, 'place', request, by), erase(ref)]);
      const { state, profile } = await new Persons(store).load(ref);
      expect([held.status, erased.status]).toContain('fulfilled');
      expect(profile.erased && !mayBeErased(state)).toBe(false);
    }
  }, 30_000);
});

describe('a restored backup', () => {
  const folder = mkdtempSync(join(tmpdir(), 'handover-erasures-'));
  const list = join(folder, 'erasures.ndjson');

  /** What a backup of the whole database holds, restored beside it. */
  const restored = async <T>(doing: (db: DataSource) => Promise<T>, meanwhile: () => Promise<void>): Promise<T> => {
    const name = `backup_${randomBytes(4).toString('hex')}`;
    const admin = new URL(api.databaseUrl);
    const source = admin.pathname.slice(1);
    admin.pathname = '/postgres';
    const server = await openDatabase(admin.href, { poolSize: 1 });
    await eventually('a backup', async () => {
      await server.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, [source]);
      return server.query(`CREATE DATABASE ${name} TEMPLATE ${source}`).then(
        () => true,
        () => false,
      );
    });
    await eventually('the database again', () =>
      api.dataSource.query('SELECT 1').then(
        () => true,
        () => false,
      ),
    );
    await meanwhile();
    const url = new URL(api.databaseUrl);
    url.pathname = `/${name}`;
    const db = await openDatabase(url.href, { poolSize: 4 });
    try {
      return await doing(db);
    } finally {
      await db.destroy();
      await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await server.destroy();
    }
  };

  it('older than an erasure brings the key back, and the list from outside destroys it again, with the rest', async () => {
    const { ref } = await leaving('restored');
    const { inbox, store } = elsewhere();
    const { id } = await inbox.accept({ source: 'generic', webhookId: randomUUID(), body: Buffer.from('{"data":{"employeeId":"restored"}}') });
    await store.commit([], { inbox: { id, status: 'needs-person', caseIds: [], reason: null, pointers: [] } });
    await restored(
      async (db) => {
        const there = elsewhere(db);
        expect((await new Persons(there.store).load(ref)).profile.email).toBe('restored@example.com');
        expect(await erasedStayErased(there, db, [list])).toContain(ref);
        const { profile } = await new Persons(elsewhere(db).store).load(ref);
        expect(profile).toMatchObject({ email: null, erased: true });
        expect(await db.query('SELECT 1 FROM app.inbox WHERE id = $1 AND body IS NOT NULL', [id])).toEqual([]);
        expect(await db.query('SELECT 1 FROM app.person_index WHERE person_ref = $1', [ref])).toEqual([]);
        expect([...(await there.store.read(personStream(ref)))].pop()).toMatchObject({ type: 'PersonErased', data: { caseId: null, restored: true } });
        expect(await erasedStayErased(there, db, [list])).toEqual([]);
        expect((await verifyStreams(db)).problems).toEqual([]);
      },
      async () => {
        await erase(ref);
        expect(await publishErasures(api.dataSource, list)).toBeGreaterThan(0);
        expect(await publishErasures(api.dataSource, list)).toBe(0);
      },
    );
  }, 60_000);

  it('of the keys alone is found by the record itself', async () => {
    const { ref } = await leaving('keys-only');
    const [row] = (await api.dataSource.query('SELECT * FROM ev.subject_key WHERE subject = $1', [ref])) as { wrapped_dek: Buffer }[];
    await erase(ref);
    expect(await unshredded(api.dataSource)).toEqual([]);
    await owner.transaction(async (db) => {
      await db.query('ALTER TABLE ev.subject_key DISABLE TRIGGER USER');
      await db.query('UPDATE ev.subject_key SET wrapped_dek = $2, destroyed_at = NULL WHERE subject = $1', [ref, row?.wrapped_dek]);
      await db.query('ALTER TABLE ev.subject_key ENABLE TRIGGER USER');
    });
    expect(await unshredded(api.dataSource)).toEqual([ref]);
    expect(await erasedStayErased(elsewhere(), api.dataSource, [])).toEqual([ref]);
    expect(await unshredded(api.dataSource)).toEqual([]);
  });

  it('’s list survives a line that was half written', async () => {
    writeFileSync(list, `${readFileSync(list, 'utf8')}\n{"personRef":"ha`);
    const before = await readErasures(list);
    const { ref } = await leaving('after-half');
    await erase(ref);
    await publishErasures(api.dataSource, list);
    expect((await readErasures(list)).map((each) => each.personRef)).toEqual([...before.map((each) => each.personRef), expect.anything(), ref]);
  });
});
