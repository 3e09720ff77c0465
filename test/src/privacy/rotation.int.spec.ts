import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventIdOf } from '@handover/event-ids';
import { Inbox, PostgresEventStore, keyTable, migrate, openDatabase, rotatingAlone, rotationTable, verifyStreams } from '@handover/event-store-postgres';
import { Keyring, addMaster, bringBack, masterKeysInFile, masterKeysInText, readMasterKeyFile, rotateMaster, type MasterKeyEntry } from '@handover/privacy';
import { testPostgres, type TestDatabase } from '@handover/servers';
import type { DataSource } from 'typeorm';

let database: TestDatabase;
let db: DataSource;
let file: string;
const PEOPLE = 600;
const person = (n: number): string => `rotated-${n}`;
/** A process of its own as far as keys go: nothing in memory but what it reads. */
const process_ = (): { keyring: Keyring; store: PostgresEventStore } => {
  const keyring = new Keyring(masterKeysInFile(file), keyTable(db));
  return { keyring, store: new PostgresEventStore(db, keyring) };
};
const say = async (store: PostgresEventStore, who: string, n = 1): Promise<void> => {
  const stream = `person/${who}`;
  await store.commit([
    {
      stream,
      expected: n - 1,
      events: [
        {
          id: eventIdOf(stream, [n]),
          type: 'Said',
          schema: 1,
          data: { n },
          personal: { person: who, data: { name: who } },
          meta: { actor: 'x', channel: 'system' },
        },
      ],
    },
  ]);
};
const isReadable = async (store: PostgresEventStore, who: string): Promise<boolean> => {
  const [first] = await store.read(`person/${who}`);
  return first?.personal !== undefined && 'data' in first.personal && first.personal.data['name'] === who;
};
const keks = async (): Promise<Record<string, number>> => {
  const rows = (await db.query('SELECT kek_id, count(*)::int AS n FROM ev.subject_key WHERE wrapped_dek IS NOT NULL GROUP BY 1')) as {
    kek_id: string;
    n: number;
  }[];
  return Object.fromEntries(rows.map((row) => [row.kek_id, row.n]));
};

beforeAll(async () => {
  database = await testPostgres();
  db = await openDatabase(database.url, { poolSize: 10 });
  await migrate(db);
  file = join(mkdtempSync(join(tmpdir(), 'handover-rotation-')), 'master.key');
  writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600 });
  const { store, keyring } = process_();
  for (let n = 0; n < PEOPLE; n += 50) await Promise.all(Array.from({ length: 50 }, (_, i) => say(store, person(n + i))));
  await new Inbox(db, keyring).accept({ source: 'generic', webhookId: 'before', body: Buffer.from('{"before":true}') });
}, 60_000);
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

describe('a rotation of the master key', () => {
  it('killed in the middle leaves everything readable, and goes on where it was', async () => {
    const index = await process_().keyring.blindIndex('person', 'generic', '1');
    const child = spawn(process.execPath, [new URL('rotation-child.js', import.meta.url.replace('/src/', '/dist/')).pathname, database.url, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`ended before it began: ${code}`)));
    });
    child.kill('SIGKILL');
    const half = await keks();
    expect(Object.keys(half).sort()).toEqual(['master-1', 'master-2']);
    expect(readMasterKeyFile(file).map((each) => each.state)).toEqual(['leaving', 'current']);
    const { store } = process_();
    for (const n of [0, 1, PEOPLE / 2, PEOPLE - 1]) expect(await isReadable(store, person(n))).toBe(true);

    const progress: number[] = [];
    const rotated = await rotateMaster({ file, table: rotationTable(db), onProgress: (done) => void progress.push(done) });
    expect(rotated).toMatchObject({ from: ['master-1'], to: 'master-2', rewrapped: half['master-1'] });
    expect(progress[progress.length - 1]).toBe(half['master-1']);
    expect(await keks()).toEqual({ 'master-2': PEOPLE + 2 }); // the persons, the index and the service
    expect(await process_().keyring.blindIndex('person', 'generic', '1')).toBe(index);
    const [entry] = await new Inbox(db, process_().keyring).take(1);
    expect(String(await entry?.body())).toBe('{"before":true}');
  }, 60_000);

  it('refuses the old master key from then on: in the file, in the table, and by a process that still has it', async () => {
    const old = JSON.parse(readFileSync(`${file}.retired-master-1`, 'utf8')) as { local: string };
    expect(readFileSync(file, 'utf8')).not.toContain(old.local);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await expect(masterKeysInFile(file).byId('master-1')).rejects.toMatchObject({ code: 'retired' });
    await expect(db.query(`UPDATE ev.subject_key SET kek_id = 'master-1', wrapped_dek = '\\x00' WHERE subject = $1`, [person(1)])).rejects.toThrow('retired');
    const stale = new PostgresEventStore(db, new Keyring(masterKeysInText(old.local, 'old'), keyTable(db)));
    await expect(say(stale, 'late-comer')).rejects.toMatchObject({ code: 'retired' });
    await expect(stale.read(`person/${person(1)}`)).rejects.toMatchObject({ code: 'unknown' });
  });

  it('while cases go on loses no event, blocks nobody, and running processes wrap under the new key without a restart', async () => {
    const running = [process_(), process_()];
    await Promise.all(running.map(({ store }) => isReadable(store, person(1)))); // both have read the file
    const written: string[] = [];
    const slowest: number[] = [];
    let stop = false;
    const load = running.map(async ({ store }, which) => {
      for (let n = 0; !stop; n += 1) {
        const who = `under-load-${which}-${n}`;
        const began = Date.now();
        await say(store, who);
        slowest.push(Date.now() - began);
        written.push(who);
        if (n % 5 === 0 && !(await isReadable(store, person(n % PEOPLE)))) throw new Error(`unreadable: ${n}`);
      }
    });
    const rotated = await rotateMaster({ file, table: rotationTable(db) });
    const after = written.length;
    while (written.length < after + 20) await new Promise((resolve) => setTimeout(resolve, 10));
    stop = true;
    await Promise.all(load);

    expect(rotated).toMatchObject({ from: ['master-2'], to: 'master-3' });
    expect(Object.keys(await keks())).toEqual(['master-3']);
    const { store } = process_();
    for (const who of written) expect(await isReadable(store, who)).toBe(true);
    expect(after).toBeGreaterThan(10);
    expect(Math.max(...slowest)).toBeLessThan(5_000);
    expect((await verifyStreams(db)).problems).toEqual([]);
  }, 60_000);

  it('leaves destroyed keys destroyed', async () => {
    const { store } = process_();
    await say(store, 'erased-before');
    await store.commit([], { destroyKeysOf: ['erased-before'] });
    await rotateMaster({ file, table: rotationTable(db) });
    const [row] = (await db.query(`SELECT kek_id, wrapped_dek FROM ev.subject_key WHERE subject = 'erased-before'`)) as { kek_id: string; wrapped_dek: null }[];
    expect(row?.wrapped_dek).toBeNull();
    expect((await store.read('person/erased-before'))[0]?.personal).toEqual({ person: 'erased-before', erased: true });
  }, 30_000);

  it('to a key that was handed out beforehand uses that key', async () => {
    const id = addMaster(file);
    expect(await rotateMaster({ file, table: rotationTable(db), to: id })).toMatchObject({ to: id });
    await expect(rotateMaster({ file, table: rotationTable(db), to: 'none' })).rejects.toMatchObject({ code: 'unknown' });
  }, 30_000);

  it('is done by one at a time', async () => {
    await rotatingAlone(db, async () => {
      await expect(rotatingAlone(db, () => Promise.resolve())).rejects.toThrow('under way');
    });
  });

  it('is undone for a restored backup: the key of its time comes back, and the next rotation ends its stay', async () => {
    const aside = readMasterKeyFile(file).filter((each) => each.state === 'retired')[0]?.id ?? '';
    const entry = JSON.parse(readFileSync(`${file}.retired-${aside}`, 'utf8')) as MasterKeyEntry;
    const who = `restored-${randomUUID()}`;
    await bringBack(file, entry, rotationTable(db));
    const old = new Keyring(masterKeysInText(JSON.stringify({ keys: [{ ...entry, state: 'current' }] }), 'backup'), keyTable(db));
    await old.seal(who, { eventId: 'e', stream: 's', type: 'T' }, 'x'); // as the backup holds it
    expect((await keks())[aside]).toBe(1);
    expect(await rotateMaster({ file, table: rotationTable(db) })).toMatchObject({ from: [aside], rewrapped: 1 });
    await expect(masterKeysInFile(file).byId(aside)).rejects.toMatchObject({ code: 'retired' });
    expect(existsSync(`${file}.retired-${aside}`)).toBe(true);
  }, 30_000);
});
