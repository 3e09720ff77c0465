import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  PostgresEventStore,
  ROLES,
  ReadModels,
  Sequencer,
  TooMuchRight,
  keyTable,
  migrate,
  openServiceDatabase,
  verifyLog,
  verifyStreams,
  type Role,
} from '@handover/event-store-postgres';
import { Keyring } from '@handover/privacy';
import { projections } from '@handover/read-models-postgres';
import type { DataSource } from 'typeorm';
import { openRecord, type OwnRecord } from '../support/own-record.ts';
import { happenedTo, sealAll } from '../support/record.ts';

let record: OwnRecord;
let owner: DataSource;

beforeAll(async () => {
  record = await openRecord();
  owner = record.db;
}, 60_000);
afterAll(() => record.drop());

const VERBS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'] as const;
const R = 'SELECT';
const RI = 'SELECT INSERT';

/** Role by table; what is not here may not be. A new table of `ev` or `read` has to be added, with what each role may do. */
const MATRIX: Readonly<Record<string, Partial<Record<Role, string>>>> = {
  'ev.event': { app: R, sequencer: R, reader: R },
  'ev.subject_key': { app: RI },
  'ev.master_key': {},
  'ev.pack_key': { app: RI, reader: R },
  'ev.log_leaf': { app: R, sequencer: R, reader: R },
  'ev.log_node': { app: R, sequencer: R, reader: R },
  'ev.log_state': { app: R, sequencer: R, reader: R },
  'ev.log_checkpoint': { app: R, sequencer: RI, reader: R },
  'ev.log_key': { app: R, sequencer: RI, reader: R },
  'ev.schema_state': { app: R, sequencer: R, eraser: R, reader: R },
  'read.subscription': { app: 'SELECT INSERT UPDATE DELETE', reader: R },
};

/** Function by role that may call it; triggers call theirs by themselves. */
const FUNCTIONS: Readonly<Record<string, readonly Role[]>> = {
  append: ['app'],
  append_all: ['app'],
  append_one: ['app'],
  leaf_hash: ['app', 'reader'],
  destroy_key: ['eraser'],
  scrub_keys: ['eraser'],
  writers: ['sequencer'],
  seal: ['sequencer'],
};

describe('each role', () => {
  it('may do with each table of the record what it is there for, and nothing else', async () => {
    const tables: { name: string }[] = await owner.query(
      `SELECT format('%s.%s', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'ev' OR (schemaname, tablename) = ('read', 'subscription') ORDER BY 1`,
    );
    expect(tables.map(({ name }) => name)).toEqual(Object.keys(MATRIX).sort());
    for (const { name } of tables) {
      for (const [role, login] of Object.entries(ROLES) as [Role, string][]) {
        const [row] = (await owner.query(
          `SELECT ${VERBS.map((verb) => `has_table_privilege('${login}', '${name}', '${verb}') AS "${verb}"`).join(', ')}`,
        )) as Record<string, boolean>[];
        const may = VERBS.filter((verb) => row?.[verb]).join(' ');
        expect([name, role, may]).toEqual([name, role, MATRIX[name]?.[role] ?? '']);
      }
    }
  });

  it('may call what it is there for', async () => {
    const functions: { id: number; name: string }[] = await owner.query(
      `SELECT oid AS id, proname AS name FROM pg_proc WHERE pronamespace = 'ev'::regnamespace ORDER BY 2`,
    );
    for (const { id, name } of functions) {
      for (const [role, login] of Object.entries(ROLES) as [Role, string][]) {
        const [row] = (await owner.query(`SELECT has_function_privilege($1::name, $2::oid, 'EXECUTE') AS may`, [login, id])) as { may: boolean }[];
        expect([name, role, row?.may]).toEqual([name, role, (FUNCTIONS[name] ?? []).includes(role)]);
      }
    }
  });

  it('has no login, and runs functions of the record on a fixed path', async () => {
    const roles: unknown[] = await owner.query(
      `SELECT rolname FROM pg_roles WHERE rolname = ANY ($1) AND NOT rolcanlogin AND NOT rolsuper AND NOT rolcreaterole`,
      [Object.values(ROLES)],
    );
    expect(roles).toHaveLength(4);
    expect(
      await owner.query(
        `SELECT proname FROM pg_proc WHERE pronamespace IN ('ev'::regnamespace, 'app'::regnamespace) AND prosecdef AND NOT coalesce(proconfig::text LIKE '%search_path=ev, pg_temp%', false)`,
      ),
    ).toEqual([]);
  });
});

describe('a service, given an owner’s URL', () => {
  let api: DataSource;
  let worker: DataSource;
  beforeAll(async () => {
    [api, worker] = await Promise.all([
      openServiceDatabase({ service: 'api', url: record.url }, { poolSize: 4 }),
      openServiceDatabase({ service: 'worker', url: record.url }, { poolSize: 4 }),
    ]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([api.destroy(), worker.destroy()]);
  });

  it('does all of its work with the lesser login that it makes', async () => {
    const store = new PostgresEventStore(api, new Keyring(randomBytes(32), keyTable(api)));
    const models = new ReadModels(api, projections);
    await models.prepare();
    await store.commit([{ stream: 'one', expected: 0, events: [happenedTo('one', 1)] }], { people: [{ index: 'i', personRef: 'p-one' }] });
    await sealAll(new Sequencer(worker, { signer: null }));
    // A generation that one service made is dropped by another, and by the owner.
    await new ReadModels(worker, projections).rebuild('audit-index');
    await new ReadModels(worker, projections).catchUp();
    await new ReadModels(owner, projections).rebuild('audit-index');
    await new ReadModels(api, projections).catchUp();
    expect(await api.query('SELECT type FROM read.audit_entry')).toEqual([{ type: 'Happened' }]);
    expect((await verifyStreams(api)).problems).toEqual([]);
    expect((await verifyLog(api)).problems).toEqual([]);
    const workers = new PostgresEventStore(worker, new Keyring(randomBytes(32), keyTable(worker)));
    await workers.commit([], { destroyKeysOf: ['p-one'] });
    expect((await store.read('one'))[0]?.personal).toEqual({ person: 'p-one', erased: true });
  });

  it.each([
    ['write an event past `append`', `INSERT INTO ev.event (event_id) VALUES (gen_random_uuid())`],
    ['change an event', `UPDATE ev.event SET type = 'x'`],
    ['delete events', 'DELETE FROM ev.event'],
    ['empty the record', 'TRUNCATE ev.event'],
    ['set a stream back', 'DELETE FROM ev.event WHERE version > 1'],
    ['switch triggers off', 'ALTER TABLE ev.event DISABLE TRIGGER ALL'],
    ['play a replica, for which triggers do not fire', `SET session_replication_role = 'replica'`],
    ['put a table of its own in the way', 'CREATE TABLE ev.mine (a int)'],
    ['replace a function', `CREATE OR REPLACE FUNCTION ev.append_only() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'`],
    ['become the owner', 'SET ROLE handover'],
    ['make a login', 'CREATE ROLE mine LOGIN'],
    ['change the application’s tables', 'ALTER TABLE app.outbox ADD COLUMN mine int'],
    ['rewrite what migrations left', `UPDATE ev.schema_state SET rights = ''`],
    ['bring a key back', `UPDATE ev.subject_key SET wrapped_dek = '\\x00', destroyed_at = NULL`],
    ['give an event another place', 'UPDATE ev.log_leaf SET position = position + 1'],
  ])('cannot %s', async (_what, sql) => {
    for (const [name, service] of [['api', api] as const, ['worker', worker] as const]) {
      const said = await service.query(sql).then(
        () => 'done',
        (error: { code?: string }) => error.code,
      );
      expect([name, said]).toEqual([name, '42501']);
    }
  });

  it('cannot seal into the log, or destroy a key, as the API', async () => {
    await expect(new Sequencer(api, { signer: null }).once()).rejects.toMatchObject({ code: '42501' });
    await expect(api.query(`SELECT ev.destroy_key('p-one')`)).rejects.toMatchObject({ code: '42501' });
  });

  it('cannot seal what is not there, or out of turn, as the worker', async () => {
    const seal = 'SELECT ev.seal($1, $2::bigint[], $3::int[], $3::bigint[], $4::bytea[], $4::bytea[], 0)';
    const [{ size } = { size: '0' }] = await worker.query<{ size: string }[]>('SELECT size FROM ev.log_state');
    await expect(worker.query(seal, [size, [999_999], [], []])).rejects.toMatchObject({ code: 'ES007' });
    await expect(worker.query(seal, [Number(size) + 1, [1], [], []])).rejects.toMatchObject({ code: '40001' });
  });

  it('finds its login again at the next start', async () => {
    const again = await openServiceDatabase({ service: 'api', url: record.url }, { poolSize: 1 });
    expect(await again.query('SELECT current_user AS login')).toEqual([{ login: expect.stringMatching(/^handover_api_t_/) }]);
    await again.destroy();
  });
});

describe('a service, given a login that owns the schema and may not make another', () => {
  it('does not start, and says what to give it', async () => {
    const name = `own_${randomBytes(4).toString('hex')}`;
    await owner.query(`CREATE ROLE ${name} LOGIN`);
    await owner.query(`GRANT ALL ON DATABASE "${new URL(record.url).pathname.slice(1)}" TO ${name}`);
    await owner.query(`ALTER SCHEMA ev OWNER TO ${name}`);
    await owner.query(`GRANT SELECT ON handover_migrations, ev.schema_state TO ${name}`);
    await migrate(owner, { acceptChanges: true });
    const url = new URL(record.url);
    url.username = name;
    await expect(openServiceDatabase({ service: 'api', url: url.href })).rejects.toBeInstanceOf(TooMuchRight);
    await owner.query(`ALTER SCHEMA ev OWNER TO CURRENT_USER`);
    await owner.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
  });
});
