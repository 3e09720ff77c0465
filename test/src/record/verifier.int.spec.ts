import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RecordExport, Sequencer, checkpointKeys, checkpoints, followLog, rotateKey } from '@handover/event-store-postgres';
import { handover } from '@handover/local';
import { vkeyOf } from '@handover/record-proof';
import type { DataSource } from 'typeorm';
import { openRecord, type OwnRecord } from '../support/own-record.ts';
import { mixed, newSigner } from '../support/record.ts';

const folder = mkdtempSync(join(tmpdir(), 'handover-verifier-test-'));
const at = (name: string): string => join(folder, name);
const first = newSigner();
const before = { ...process.env };
let record: OwnRecord;
let db: DataSource;
let store: OwnRecord['store'];

const write = async (stream: string, from: number, count: number): Promise<void> => {
  await store.commit([{ stream, expected: from, events: mixed(stream, from, count) }]);
};

const exported = async (filter: { readonly type: string } | null): Promise<string> => {
  const record = await RecordExport.begin(db, { filter, madeAt: new Date().toISOString() });
  let text = record.head;
  for (let after = -1; ;) {
    const entries = await followLog(db, { after, limit: 100 });
    if (entries.length === 0) return text + record.end();
    text += await record.lines(entries.filter((entry) => filter === null || entry.type === filter.type));
    after = entries.at(-1)?.position ?? after;
  }
};

/** In a folder with nothing else in it, as an auditor has it. */
const alone = (...args: string[]): { readonly code: number | null; readonly said: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [at('verify.mjs'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  return { code: status, said: stdout + stderr };
};
const here = async (...args: string[]): Promise<{ readonly code: number; readonly said: string }> => {
  const said: string[] = [];
  return { code: await handover(['verify', ...args], (line) => said.push(line)), said: said.join('\n') };
};

beforeAll(async () => {
  record = await openRecord();
  ({ db, store } = record);
  process.env['DATABASE_URL'] = record.url;
  for (const stream of ['a', 'b', 'c']) await write(stream, 0, 100);
  await new Sequencer(db, { signer: first }).once({ checkpoint: true });
  writeFileSync(at('kept.txt'), `${(await checkpoints(db, 1))[0]?.note}\n`);
  writeFileSync(at('vkey.txt'), `${vkeyOf(first)}\n`);
  writeFileSync(at('older.ndjson'), await exported(null));
  await sleep(1_100); // checkpoints sign their second
  const next = newSigner();
  await rotateKey(db, { previous: first, next });
  await write('a', 100, 50);
  await new Sequencer(db, { signer: next }).once({ checkpoint: true });
  writeFileSync(at('record.ndjson'), await exported(null));
  writeFileSync(at('record.ndjson.gz'), gzipSync(readFileSync(at('record.ndjson'))));
  writeFileSync(at('decided.ndjson'), await exported({ type: 'Decided' }));
  writeFileSync(at('keys.json'), JSON.stringify({ items: await checkpoints(db), keys: await checkpointKeys(db) }));
  await handover(['verifier', '--out', at('verify.mjs')], () => undefined);
}, 120_000);
afterAll(async () => {
  process.env = before;
  rmSync(folder, { recursive: true, force: true });
  await record.drop();
});

describe('the verifier in one file', () => {
  it('imports nothing but Node.js, and is the same bytes each time', async () => {
    const text = readFileSync(at('verify.mjs'), 'utf8');
    const imported = [...text.matchAll(/^import .* from "([^"]+)";$/gm)].map(([, name]) => name);
    expect(imported.length).toBeGreaterThan(3);
    expect(imported.every((name) => name?.startsWith('node:'))).toBe(true);
    await handover(['verifier', '--out', at('again.mjs')], () => undefined);
    expect(readFileSync(at('again.mjs'), 'utf8')).toBe(text);
    rmSync(at('again.mjs'));
  });

  it('proves an export, also compressed, by a key that was kept and is no longer in use', () => {
    for (const file of ['record.ndjson', 'record.ndjson.gz']) {
      const { code, said } = alone('--keys', 'vkey.txt', '--checkpoint', 'kept.txt', file);
      expect([said, code]).toEqual([expect.stringContaining('350 events in 3 streams; 350 of them under 2 checkpoints that agree'), 0]);
    }
    expect(alone('--keys', 'keys.json', 'record.ndjson').code).toBe(0);
    expect(JSON.parse(alone('--json', '--keys', 'vkey.txt', 'record.ndjson').said)).toMatchObject({
      kind: 'export',
      isWhole: true,
      events: 350,
      signed: 350,
      faults: [],
    });
  });

  it('proves an excerpt event by event, and says what that does not prove', () => {
    const { code, said } = alone('--keys', 'vkey.txt', 'decided.ndjson');
    expect([code, said]).toEqual([0, expect.stringContaining('175 events in 3 streams; 175 of them under 1 checkpoints that agree')]);
    expect(said).toContain('This is an excerpt');
  });

  it('names what was changed, and ends with 1', () => {
    const text = readFileSync(at('record.ndjson'), 'utf8');
    const lines = text.split('\n');
    const at105 = lines.findIndex((line) => line.startsWith('{"position":105,'));
    const id = (JSON.parse(lines[at105] ?? '{}') as { eventId: string }).eventId;
    writeFileSync(
      at('edited.ndjson'),
      [...lines.slice(0, at105), (lines[at105] ?? '').replace('"schema":1', '"schema":2'), ...lines.slice(at105 + 1)].join('\n'),
    );
    const edited = alone('--keys', 'vkey.txt', 'edited.ndjson');
    expect(edited.code).toBe(1);
    expect(edited.said).toContain(`position 105 b event 6 (${id}): the content does not have the hash it is stored with; changed was: schema`);

    writeFileSync(at('cut.ndjson'), lines.slice(0, 200).join('\n'));
    expect(alone('--keys', 'vkey.txt', '--checkpoint', 'kept.txt', 'cut.ndjson')).toMatchObject({ code: 1, said: expect.stringContaining('the log was cut') });
    writeFileSync(at('cut.ndjson.gz'), readFileSync(at('record.ndjson.gz')).subarray(0, 5_000));
    expect(alone('--keys', 'vkey.txt', 'cut.ndjson.gz')).toMatchObject({ code: 1, said: expect.stringContaining('unexpected end of file') });
    writeFileSync(at('noise.ndjson'), `${lines.slice(0, 50).join('\n')}\nnoise\n`);
    expect(alone('--keys', 'vkey.txt', 'noise.ndjson')).toMatchObject({
      code: 1,
      said: expect.stringContaining('line 51 of the export is no event of a record'),
    });
  });

  it('ends with 2 when nothing can be said', () => {
    expect(alone('record.ndjson')).toMatchObject({ code: 2, said: expect.stringContaining('--keys FILE') });
    expect(alone('--keys', 'nowhere.json', 'record.ndjson')).toMatchObject({ code: 2, said: expect.stringContaining('nowhere.json cannot be read') });
    expect(alone('--keys', 'vkey.txt', 'nowhere.ndjson').code).toBe(2);
    expect(alone('--keys', 'record.ndjson', 'record.ndjson').code).toBe(2);
    expect(alone('--key', 'vkey.txt', 'record.ndjson').code).toBe(2);
  });

  it('needs nothing of its folder', () => {
    expect(readdirSync(folder).filter((name) => name.endsWith('.js') || name === 'node_modules')).toEqual([]);
    expect(execFileSync(process.execPath, [at('verify.mjs'), '--help'], { encoding: 'utf8' })).toContain('no database, no network');
  });
});

describe('handover verify', () => {
  it('proves the running system, with what was kept elsewhere', async () => {
    const { code, said } = await here('--checkpoint', at('kept.txt'), '--keys', at('vkey.txt'));
    expect([code, said]).toEqual([0, expect.stringContaining('350 of them in the log, 350 under its')]);
    expect((await here('--export', at('record.ndjson.gz'), '--keys', at('vkey.txt'))).code).toBe(0);
    expect(await here('--export', at('record.ndjson'))).toMatchObject({ code: 2 });
  });

  it('takes an export that somebody says is older than what was kept, and a cut one no more than before', async () => {
    const judged = (file: string, ...more: string[]) => here('--export', at(file), '--keys', at('keys.json'), ...more);
    expect(await judged('older.ndjson')).toMatchObject({ code: 1, said: expect.stringContaining('350') });
    const older = await judged('older.ndjson', '--older-export');
    expect([older.code, older.said]).toEqual([0, expect.stringContaining('300 events in 3 streams')]);
    expect((await judged('record.ndjson', '--older-export')).code).toBe(0);

    for (const [name, whole, keep] of [
      ['cut-older.ndjson', 'older.ndjson', 200],
      ['cut-newest.ndjson', 'record.ndjson', 300],
    ] as const) {
      const lines = readFileSync(at(whole), 'utf8').split('\n');
      const end = lines.find((line) => line.includes('"end"'));
      writeFileSync(at(name), `${lines.slice(0, keep).join('\n')}\n`);
      expect(await judged(name, '--older-export')).toMatchObject({ code: 1, said: expect.stringContaining('cut') });
      writeFileSync(at(name), `${lines.slice(0, keep).join('\n')}\n${end}\n`); // with its own end sewn on
      expect((await judged(name, '--older-export')).code).toBe(1);
    }
  });

  it('names in the running system what was changed', async () => {
    const runner = db.createQueryRunner();
    await runner.query(`SET session_replication_role = replica`);
    await runner.query(`UPDATE ev.event SET schema_version = 7 WHERE stream_id = 'b' AND version = 6`);
    const { code, said } = await here('--json');
    await runner.query(`UPDATE ev.event SET schema_version = 1 WHERE stream_id = 'b' AND version = 6`);
    await runner.query(`SET session_replication_role = origin`);
    await runner.release();
    expect(code).toBe(1);
    expect((JSON.parse(said) as { problems: object[] }).problems).toEqual([
      expect.objectContaining({ table: 'event', stream: 'b', version: 6, position: 105, column: 'schema_version', what: 'content changed' }),
    ]);
    expect((await here()).code).toBe(0);
  });
});
