import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { keyTable, migrate, openDatabase } from '@handover/event-store-postgres';
import { Keyring, MasterKeyError, masterKeysInFile, masterKeysInText, masterKeysOf, parseMasterKeys, readMasterKeyFile } from '@handover/privacy';
import { testPostgres, type TestDatabase } from '@handover/servers';
import type { DataSource } from 'typeorm';
import { startTransit } from './transit-server.ts';

let database: TestDatabase;
let db: DataSource;
let transit: Awaited<ReturnType<typeof startTransit>>;
let folder: string;
const at = { eventId: 'e', stream: 's', type: 'T' };

beforeAll(async () => {
  [database, transit] = await Promise.all([testPostgres(), startTransit('token-1')]);
  db = await openDatabase(database.url);
  await migrate(db);
}, 60_000);
afterAll(async () => {
  await db.destroy();
  await database.drop();
  await transit.stop();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'handover-keys-'));
});

describe('the master keys', () => {
  it('are one line of base64 in the simplest case, and what was sealed before is opened by the file that came after', async () => {
    const bytes = randomBytes(32);
    const file = join(folder, 'master.key');
    writeFileSync(file, `${bytes.toString('base64')}\n`);
    const sealed = await new Keyring(bytes, keyTable(db)).seal('plain-file', at, 'x');
    expect((await new Keyring(masterKeysInFile(file), keyTable(db)).open(sealed.keyId, at, sealed.bytes)).plain).toBe('x');
    expect(readMasterKeyFile(file)).toMatchObject([{ id: 'master-1', state: 'current' }]);
  });

  it.each([
    ['', 'expected 32 bytes in base64, or JSON'],
    ['{"keys":[]}', 'keys'],
    ['{"keys":[{"id":"a","state":"current"}]}', 'either local or transit'],
    ['{"keys":[{"id":"a","state":"ready","local":"x"}]}', 'keys.0.local'],
    [`{"keys":[{"id":"a","state":"ready","local":"${Buffer.alloc(32).toString('base64')}"}]}`, 'exactly one key in state current'],
  ])('that read %j are refused with the field and what was expected', (text, says) => {
    expect(() => parseMasterKeys(text, 'x')).toThrow(says);
    expect(() => parseMasterKeys(text, 'x')).toThrow(MasterKeyError);
  });

  it('come from the environment too, and from nowhere else', async () => {
    const text = randomBytes(32).toString('base64');
    expect((await masterKeysOf({ HANDOVER_MASTER_KEYS: text }).current()).id).toBe('master-1');
    await expect(masterKeysInText(text, 'x').byId('master-9')).rejects.toMatchObject({ code: 'unknown' });
    expect(() => masterKeysOf({})).toThrow('HANDOVER_MASTER_KEY_FILE');
    expect(() => masterKeysOf({ HANDOVER_MASTER_KEY_FILE: join(folder, 'none') })).toThrow('cannot be read');
  });
});

describe('a KMS that speaks Transit', () => {
  const fileWith = (key: string, token = 'token-1', version?: number): string => {
    const file = join(folder, 'master.json');
    writeFileSync(join(folder, 'token'), `${token}\n`);
    const entry = { address: transit.address, key, tokenFile: join(folder, 'token'), ...(version ? { version } : {}) };
    writeFileSync(file, JSON.stringify({ keys: [{ id: `kms-${key}`, state: 'current', transit: entry }] }));
    return file;
  };

  it('wraps and unwraps the keys of persons; its own key is never here', async () => {
    transit.create('one');
    const keys = masterKeysInFile(fileWith('one'));
    const sealed = await new Keyring(keys, keyTable(db)).seal('kms-person', at, 'by a KMS');
    const [row] = (await db.query(`SELECT kek_id, wrapped_dek FROM ev.subject_key WHERE subject = 'kms-person'`)) as { kek_id: string; wrapped_dek: Buffer }[];
    expect(row?.kek_id).toBe('kms-one');
    expect(row?.wrapped_dek.toString('utf8')).toMatch(/^vault:v1:/);
    expect((await new Keyring(keys, keyTable(db)).open(sealed.keyId, at, sealed.bytes)).plain).toBe('by a KMS');
    expect(transit.calls.map((call) => call.path)).toEqual(expect.arrayContaining(['/v1/transit/encrypt/one', '/v1/transit/decrypt/one']));
  });

  it('unwraps what an older version of its key has wrapped', async () => {
    transit.create('two');
    const keys = masterKeysInFile(fileWith('two'));
    const key = await keys.current();
    const before = await key.wrap(Buffer.from('dek'), 'ctx');
    transit.rotate('two');
    const after = await key.wrap(Buffer.from('dek'), 'ctx');
    expect(Buffer.from(after).toString()).toMatch(/^vault:v2:/);
    expect(Buffer.from(await key.unwrap(before, 'ctx')).toString()).toBe('dek');
    expect(Buffer.from(await key.unwrap(after, 'ctx')).toString()).toBe('dek');
  });

  it('refuses another context, another token and another key, and what it says is not passed on', async () => {
    transit.create('three');
    const key = await masterKeysInFile(fileWith('three')).current();
    const wrapped = await key.wrap(Buffer.from('dek'), 'ctx');
    await expect(key.unwrap(wrapped, 'other')).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('HTTP 400') });
    const thief = await masterKeysInFile(fileWith('three', 'stolen')).current();
    await expect(thief.unwrap(wrapped, 'ctx')).rejects.toMatchObject({ message: expect.stringContaining('HTTP 403') });
    await expect((await masterKeysInFile(fileWith('none')).current()).wrap(Buffer.from('x'), 'c')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('is asked again while it is sealed or in standby, and given up on with its address', async () => {
    transit.create('four');
    const key = await masterKeysInFile(fileWith('four')).current();
    transit.fail(2);
    await expect(key.wrap(Buffer.from('dek'), 'ctx')).resolves.toBeDefined();
    transit.fail(9);
    await expect(key.wrap(Buffer.from('dek'), 'ctx')).rejects.toMatchObject({ message: expect.stringContaining('HTTP 503') });
    transit.fail(0);
    const gone = join(folder, 'gone.json');
    writeFileSync(gone, readFileSync(fileWith('four'), 'utf8').replace(transit.address, 'http://127.0.0.1:9'));
    await expect((await masterKeysInFile(gone).current()).wrap(Buffer.from('x'), 'c')).rejects.toMatchObject({
      message: expect.stringContaining('127.0.0.1:9'),
    });
    expect(statSync(gone).size).toBeGreaterThan(0);
  });
});
