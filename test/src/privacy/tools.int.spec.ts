import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase } from '@handover/event-store-postgres';
import { masterKeysInFile } from '@handover/privacy';
import type { DataSource } from 'typeorm';
import { startApi, type RunningApi } from '../support/api.ts';

const folder = mkdtempSync(join(tmpdir(), 'handover-tools-'));
const masterKeyFile = join(folder, 'master.key');
const erasuresFile = join(folder, 'erasures.ndjson');
const apiKeyFile = join(folder, 'api.key');

let api: RunningApi;
let owner: DataSource;

beforeAll(async () => {
  writeFileSync(masterKeyFile, randomBytes(32).toString('base64'), { mode: 0o600 });
  writeFileSync(apiKeyFile, 'key-admin', { mode: 0o600 });
  api = await startApi('', { masterKey: masterKeysInFile(masterKeyFile) });
  owner = await openDatabase(api.databaseUrl, { poolSize: 1 });
}, 60_000);
afterAll(async () => {
  await owner.destroy();
  await api.stop();
}, 30_000);

/** The command-line tool as people run it, pointed at this database and this API. */
const handover = (...args: readonly string[]): Promise<{ code: number | null; said: string }> =>
  new Promise((done) => {
    const main = new URL('../../../infra/local/dist/main.js', import.meta.url).pathname;
    const env = {
      ...process.env,
      DATABASE_URL: api.databaseUrl,
      HANDOVER_MASTER_KEY_FILE: masterKeyFile,
      HANDOVER_ERASURES_FILE: erasuresFile,
      HANDOVER_API_URL: api.base,
      HANDOVER_API_KEY_FILE: apiKeyFile,
      NODE_OPTIONS: '',
    };
    const child = spawn(process.execPath, [main, 'handover', ...args], { env });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    child.once('exit', (code) => done({ code, said }));
  });
const tell = async (employeeId: string): Promise<{ id: string; ref: string }> => {
  const fact = {
    type: 'employee.terminated',
    data: { employeeId, email: `${employeeId}@example.com`, givenName: 'Liv', lastWorkingDay: '2026-12-01', timeZone: 'UTC' },
  };
  const { body } = await api.call('requester', '/v1/cases', { fact });
  return { id: String(body['id']), ref: (body as { person: { ref: string } }).person.ref };
};

describe('the command-line tool', () => {
  it('rotates the master key under a running system, shows how far it is, and says where the old one lies', async () => {
    const before = await tell('before');
    const rotated = await handover('keys', 'rotate', 'master');
    expect(rotated).toMatchObject({ code: 0, said: expect.stringContaining('master-2 is the master key now; master-1 is retired') });
    expect(rotated.said).toMatch(/wrapped anew: (\d+) of \1 keys/);
    expect(rotated.said).toContain(`${masterKeyFile}.retired-master-1`);
    expect((await api.call('operator', `/v1/cases/${before.id}`)).body).toMatchObject({ person: { email: 'before@example.com' } });
    const after = await tell('after');
    expect((await api.call('operator', `/v1/persons?employeeId=before`)).body).toMatchObject({ ref: before.ref });
    const { keys } = JSON.parse((await handover('keys', 'list', 'master', '--json')).said) as { keys: { id: string; state: string; wraps: number }[] };
    expect(keys).toEqual([
      expect.objectContaining({ id: 'master-1', state: 'retired', wraps: 0 }),
      expect.objectContaining({ id: 'master-2', state: 'current', wraps: expect.any(Number) }),
    ]);
    expect(await owner.query('SELECT kek_id FROM ev.subject_key WHERE subject = $1', [after.ref])).toEqual([{ kek_id: 'master-2' }]);
  }, 60_000);

  it('rotates to a key that was handed out before, and brings a retired one back for a restored backup', async () => {
    const { id } = JSON.parse((await handover('keys', 'add', 'master', '--json')).said) as { id: string };
    expect((await handover('keys', 'rotate', 'master', '--to', id)).code).toBe(0);
    expect(await handover('keys', 'rotate', 'master', '--to', 'none')).toMatchObject({ code: 1, said: expect.stringContaining('none') });
    expect(await handover('keys', 'bring-back', `${masterKeyFile}.retired-master-2`)).toMatchObject({
      code: 0,
      said: expect.stringContaining('master-2 unwraps again'),
    });
    expect((await handover('keys', 'rotate', 'master')).said).toContain('master-2 is retired');
    expect(await handover('keys', 'turn', 'master')).toMatchObject({ code: 1 });
  }, 60_000);

  it('writes what is held about a person into a file of its own, and has that recorded', async () => {
    const { ref } = await tell('asks');
    const out = join(folder, 'asks.html');
    expect(await handover('subject-export', '--employee-id', 'asks', '--out', out)).toMatchObject({ code: 1, said: expect.stringContaining('--reason') });
    expect(await handover('subject-export', '--employee-id', 'asks', '--reason', 'a letter', '--format', 'html', '--out', out)).toMatchObject({ code: 0 });
    expect(readFileSync(out, 'utf8')).toContain('asks@example.com');
    expect(statSync(out).mode & 0o077).toBe(0);
    const json = join(folder, 'asks.json');
    await handover('subject-export', '--person', ref, '--reason', 'once more', '--out', json);
    const { events } = JSON.parse(readFileSync(json, 'utf8')) as { events: { type: string; personal: { reason: string } | null }[] };
    expect(events.filter((event) => event.type === 'DataExported').map((event) => event.personal?.reason)).toEqual(['a letter', 'once more']);
    expect(await handover('subject-export', '--employee-id', 'nobody', '--reason', 'x')).toMatchObject({
      code: 1,
      said: expect.stringContaining('never told us'),
    });
  }, 60_000);

  it('erases again whom a list names whose key is back, and says so when there is nobody', async () => {
    const { ref } = await tell('listed');
    expect(await handover('reshred')).toMatchObject({ code: 0, said: expect.stringContaining('Everybody who is erased is erased') });
    const list = join(folder, 'kept-elsewhere.ndjson');
    writeFileSync(list, `{"personRef":"${ref}","at":"2026-01-01T00:00:00.000Z"}\n`);
    expect(await handover('reshred', list)).toMatchObject({ code: 0, said: expect.stringContaining(ref) });
    expect((await api.call('operator', '/v1/persons?employeeId=listed')).status).toBe(404);
    expect(await owner.query('SELECT wrapped_dek FROM ev.subject_key WHERE subject = $1', [ref])).toEqual([{ wrapped_dek: null }]);
    expect((await handover('reshred', '/nowhere/list.ndjson')).code).toBe(1);
  }, 60_000);
});
