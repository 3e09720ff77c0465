import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Anchors, Sequencer, anchorLag, checkpoints, logLag, rotateKey } from '@handover/event-store-postgres';
import { provesConsistency } from '@handover/merkle';
import { followKeys, notesIn, readNote, readStatement, sha256, statementsIn, type Signer } from '@handover/record-proof';
import { createLogger } from '@handover/observability';
import { fileAnchor, startAnchoring, webhookAnchor } from '@handover/worker';
import { Registry } from 'prom-client';
import { Webhook } from 'standardwebhooks';
import type { DataSource } from 'typeorm';
import { openRecord, type OwnRecord } from '../support/own-record.ts';
import { happened, newSigner } from '../support/record.ts';

let record: OwnRecord;
let db: DataSource;
let store: OwnRecord['store'];
let number = 0;
let signer: Signer;
const folder = mkdtempSync(join(tmpdir(), 'handover-anchors-'));
const sizes = (text: string): number[] => notesIn(text).map((note) => Number(note.split('\n')[1]));

/** Some events, sealed and under a checkpoint of their own. */
const signMore = async (): Promise<number> => {
  await store.commit([{ stream: `s-${number}`, expected: 0, events: [happened('s', number)] }]);
  number += 1;
  await new Sequencer(db, { signer }).once({ checkpoint: true });
  return number;
};

beforeAll(async () => {
  record = await openRecord();
  ({ db, store } = record);
  signer = newSigner();
}, 60_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await record.drop();
});

describe('a checkpoint file', () => {
  const file = join(folder, 'checkpoints.txt');

  it('gets every checkpoint, also those of the time in which nobody wrote it, and the key before its first', async () => {
    await signMore();
    await fileAnchor(db, file).once();
    await signMore();
    await signMore(); // committed, and the process died before it was published
    expect(await fileAnchor(db, file).once()).toEqual({ delivered: 2, alarm: null });
    expect(await fileAnchor(db, file).once()).toEqual({ delivered: 0, alarm: null });
    const text = readFileSync(file, 'utf8');
    expect(sizes(text)).toEqual([1, 2, 3]);
    const [first] = statementsIn(text).map(readStatement);
    expect(first).toMatchObject({ ok: true, said: { keyId: signer.keyId, previous: null } });
    for (const note of notesIn(text)) expect(readNote(note, [signer])).toMatchObject({ ok: true });
  });

  it('survives a line that was half written', async () => {
    appendFileSync(file, 'test.example\n4\nAAAA');
    await signMore();
    await fileAnchor(db, file).once();
    expect(sizes(readFileSync(file, 'utf8'))).toEqual([1, 2, 3, 4]);
  });

  it('carries what a verifier needs to follow a change of keys', async () => {
    const next = newSigner();
    await rotateKey(db, { previous: signer, next });
    signer = next;
    await signMore();
    await fileAnchor(db, file).once();
    const text = readFileSync(file, 'utf8');
    const [first] = statementsIn(text).map(readStatement);
    if (!first?.ok) throw new Error('no statement');
    const { keys, faults } = followKeys([first.said], statementsIn(text));
    expect(faults).toEqual([]);
    for (const note of notesIn(text)) expect(readNote(note, keys)).toMatchObject({ ok: true });
  });

  it('gets the key also when it could not be written at first, and again when somebody put the file away', async () => {
    const late = join(folder, 'not-mounted-yet', 'checkpoints.txt');
    const anchor = fileAnchor(db, late);
    await expect(anchor.once()).rejects.toThrow('ENOENT');
    mkdirSync(dirname(late));
    const statements = async (): Promise<number> => {
      expect((await anchor.once()).alarm).toBeNull();
      return statementsIn(readFileSync(late, 'utf8')).length;
    };
    expect(await statements()).toBe(2);
    rmSync(late);
    expect(await statements()).toBe(2);
  });

  it('goes no further, and says so, when the log is not the continuation of what it holds', async () => {
    const before = readFileSync(file, 'utf8');
    const runner = db.createQueryRunner();
    await runner.startTransaction();
    const inside = { query: (text: string, values: unknown[]) => runner.query(text, values) as Promise<unknown> } as unknown as DataSource;
    await runner.query('SET LOCAL session_replication_role = replica');
    await runner.query(`UPDATE ev.log_checkpoint SET root = sha256(root) WHERE size = 5`);
    expect((await fileAnchor(inside, file).once()).alarm).toContain('another root at 5 events than the checkpoint in the file: it was rewritten');
    await runner.query('DELETE FROM ev.log_checkpoint WHERE size = 5');
    expect((await fileAnchor(inside, file).once()).alarm).toContain('it was cut, or restored from a backup');
    await runner.rollbackTransaction();
    await runner.release();
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(existsSync(file)).toBe(true);
  });
});

describe('a checkpoint webhook', () => {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const got: {
    id: string;
    body: { type: string; data: { size: number; root: string; note: string; key: { keyId: string }; consistency: { from: number; proof: string[] } | null } };
  }[] = [];
  let status = 200;
  let server: Server;
  let url = '';
  beforeAll(async () => {
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
        if (status === 200) got.push({ id: String(headers['webhook-id']), body: new Webhook(secret).verify(text, headers) as (typeof got)[number]['body'] });
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/checkpoints`;
  });
  afterAll(() => void server.close());
  const anchor = (networks: readonly string[] = ['loopback']) => webhookAnchor(db, { url, secret: { reveal: () => secret }, networks });
  const dueNow = (): Promise<unknown> => db.query('UPDATE app.anchor SET next_try_at = now()');

  it('is sent every checkpoint in order once it is back, signed, each with the proof that it continues the one before', async () => {
    status = 503;
    expect(await anchor().once()).toEqual({ delivered: 0, alarm: null });
    expect(await db.query('SELECT attempts, last_error, next_try_at > now() AS later FROM app.anchor')).toEqual([
      { attempts: 1, last_error: 'http.503', later: true },
    ]);
    expect(await anchorLag(db, 0)).toBeGreaterThanOrEqual(0);
    await signMore();
    status = 200;
    await dueNow();
    while ((await anchor().once()).delivered > 0);
    const all = (await checkpoints(db)).map(({ size }) => size).reverse();
    expect(got.map(({ body }) => body.data.size)).toEqual([...new Set(all)]);
    expect(new Set(got.map(({ id }) => id)).size).toBe(got.length);
    got.slice(1).forEach(({ body: { data } }, n) => {
      const older = got[n]?.body.data;
      const tree = (of: { size: number; root: string }) => ({ size: of.size, root: new Uint8Array(Buffer.from(of.root, 'base64')) });
      const proof = (data.consistency?.proof ?? []).map((hash) => new Uint8Array(Buffer.from(hash, 'base64')));
      expect(older && data.consistency?.from === older.size && provesConsistency(sha256, tree(older), tree(data), proof)).toBe(true);
    });
  });

  it('gets one again, under the same id, when the process died before it knew that it had arrived', async () => {
    const size = await signMore();
    const [name] = ((await db.query('SELECT name FROM app.anchor')) as { name: string }[]).map((row) => row.name);
    const before = got.length;
    await anchor().once();
    await db.query('UPDATE app.anchor SET size = $1', [size - 1]); // the 2xx was never written down
    expect(await new Anchors(db).claim(name ?? '', 60_000)).toMatchObject({ from: size - 1 });
    expect(await anchor().once()).toEqual({ delivered: 0, alarm: null }); // the claim of the one who died still stands
    await dueNow();
    await anchor().once();
    expect(got.slice(before).map(({ id }) => id)).toEqual([got[before]?.id, got[before]?.id]);
  });

  it('is called only in networks that the policy opens', async () => {
    const size = await signMore();
    const before = got.length;
    await dueNow();
    expect(await anchor(['public']).once()).toEqual({ delivered: 0, alarm: null });
    expect(await db.query('SELECT last_error, size::int FROM app.anchor')).toEqual([{ last_error: 'url.network', size: size - 1 }]);
    expect(got.length).toBe(before);
    await dueNow();
    expect(await anchor().once()).toEqual({ delivered: 1, alarm: null });
  });

  it('raises the alarm when the log is shorter than what the receiver has', async () => {
    const [{ size } = { size: 0 }] = await checkpoints(db, 1);
    const cutLog = { query: (text: string, values: unknown[]) => runner.query(text, values) as Promise<unknown> } as unknown as DataSource;
    const runner = db.createQueryRunner();
    await runner.startTransaction();
    await runner.query('SET LOCAL session_replication_role = replica');
    await runner.query('DELETE FROM ev.log_checkpoint WHERE size = $1', [size]);
    const cut = webhookAnchor(cutLog, { url, secret: { reveal: () => secret }, networks: ['loopback'] });
    const alarm = `it was sent a checkpoint of ${size} events, and the log has none that is as large: it was cut, or restored from a backup`;
    expect(await cut.once()).toEqual({ delivered: 0, alarm });
    expect(await cut.once()).toEqual({ delivered: 0, alarm });
    await runner.rollbackTransaction();
    await runner.release();
    expect((await anchor().once()).alarm).toBeNull();
  });
});

describe('a checkpoint webhook’s name', () => {
  const options = (url: string) => ({ url, secret: { reveal: () => 'whsec_AAAA' }, networks: ['public'] });

  it('is in metrics and logs, and shows neither path nor query of the address, which may be what opens it', async () => {
    const registry = new Registry();
    const anchors = ['https://hooks.example.com/T0K3N/in?key=S3CR3T', 'https://hooks.example.com/OTHER'].map((url) => webhookAnchor(db, options(url)));
    const [one, other] = anchors.map((each) => each.name);
    expect(one).toMatch(/^webhook hooks\.example\.com [0-9a-f]{8}$/);
    expect(other).not.toBe(one);
    const anchoring = startAnchoring({ dataSource: db, anchors, registry, log: createLogger('test', 'silent') });
    expect(await registry.metrics()).toContain('hooks.example.com');
    expect(await registry.metrics()).not.toMatch(/T0K3N|S3CR3T|OTHER/);
    await anchoring.stop();
  });

  it('was another one in earlier versions: the receiver goes on where it had got to', async () => {
    await db.query(`INSERT INTO app.anchor (name, size) VALUES ('webhook moved.example.com/T0K3N', 2)`);
    const anchor = webhookAnchor(db, options('https://moved.example.com/T0K3N'));
    expect(await anchor.size()).toBe(2);
    expect(await db.query(`SELECT name, size::int FROM app.anchor WHERE name LIKE '%moved%'`)).toEqual([{ name: anchor.name, size: 2 }]);
    expect(await webhookAnchor(db, options('https://moved.example.com/T0K3N')).size()).toBe(2);
  });
});

describe('anchoring', () => {
  const file = join(folder, 'anchored.txt');
  const log = createLogger('test', 'silent');
  const shown = async (registry: Registry): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await registry.metrics())
        .split('\n')
        .filter((line) => line.startsWith('handover_'))
        .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    );

  it('brings out what is signed, says its lag as a metric, and delivers the last one when it stops', async () => {
    const registry = new Registry();
    const anchoring = startAnchoring({ dataSource: db, anchors: [fileAnchor(db, file)], registry, log });
    const newest = async (): Promise<number> => (await checkpoints(db, 1))[0]?.size ?? 0;
    for (let tries = 0; !existsSync(file) || sizes(readFileSync(file, 'utf8')).at(-1) !== (await newest()); tries += 1) {
      if (tries > 100) throw new Error('nothing was anchored');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await shown(registry)).toMatchObject({ 'handover_anchor_lag_seconds{anchor="file"}': 0, 'handover_anchor_alarm{anchor="file"}': 0 });
    const last = await signMore();
    await anchoring.stop();
    expect(sizes(readFileSync(file, 'utf8')).at(-1)).toBe(last);
  });

  it('raises an alarm while the log is not what the file holds', async () => {
    const registry = new Registry();
    const newest = (await checkpoints(db, 1))[0];
    writeFileSync(file, signer.note({ size: newest?.size ?? 0, root: sha256(Buffer.from('another log')) }, new Date()));
    const anchoring = startAnchoring({ dataSource: db, anchors: [fileAnchor(db, file)], registry, log });
    for (let tries = 0; (await shown(registry))['handover_anchor_alarm{anchor="file"}'] !== 1; tries += 1) {
      if (tries > 100) throw new Error('no alarm was raised');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await anchoring.stop();
  });
});

describe('what an alarm is set on', () => {
  it('is the age of what is not sealed, not signed, or not delivered', async () => {
    expect(await logLag(db)).toEqual({ unsealed: 0, unsigned: 0 });
    await store.commit([
      {
        stream: 'late',
        expected: 0,
        events: [happened('late', 1)],
      },
    ]);
    const late = await logLag(db);
    expect([late.unsealed > 0, late.unsigned >= late.unsealed]).toEqual([true, true]);
    await new Sequencer(db, { signer: null }).once();
    const sealed = await logLag(db);
    expect([sealed.unsealed, sealed.unsigned > 0]).toEqual([0, true]);
  });
});
