import { fork, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReadModels, Sequencer, logSize, migrate, openDatabase, verifyLog, verifyStreams } from '@handover/event-store-postgres';
import { projections } from '@handover/read-models-postgres';
import { freePort, startPostgres, type RunningPostgres } from '@handover/servers';
import type { DataSource } from 'typeorm';
import { newKey, sealAll } from '../support/record.ts';
import { PER_COMMIT, caseOf, pairOf, streamOf, type Part } from './crash-plan.ts';

const WRITERS = 2;
const LOOPS = 4;
const ROUNDS = 6;
const program = new URL('../../dist/record/crash-part.js', import.meta.url.replace('/test/dist/', '/test/src/'));
const key = newKey();

let dataDir: string;
let port: number;
let postgres: RunningPostgres;
let db: DataSource;
const acknowledged = new Map<string, number>();
const parts = new Map<string, ChildProcess>();

const begin = (name: string, part: Part): void => {
  const child = fork(program, [JSON.stringify(part)], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.on('message', ({ stream, version }: { stream: string; version: number }) => acknowledged.set(stream, version));
  parts.set(name, child);
};
const beginWriter = (writer: number): void => begin(`writer ${writer}`, { url: postgres.url, writer, loops: LOOPS });
const beginSequencer = (): void => begin('sequencer', { url: postgres.url, key });

const killPart = async (name: string): Promise<void> => {
  const child = parts.get(name);
  if (!child || child.exitCode !== null) throw new Error(`the ${name} ended by itself (${child?.exitCode})`);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
};

/** Nobody of the server gets to say a word: the postmaster and every process of it at once. */
const killPostgres = async (): Promise<void> => {
  const children = readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(postgres.pid);
      } catch {
        return false;
      }
    });
  process.kill(postgres.pid, 'SIGKILL');
  for (const pid of children) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended with its postmaster.
    }
  }
  await postgres.exited;
};

/** Flushing to disk, as in production. */
const bringUp = async (): Promise<void> => {
  postgres = await startPostgres({ dataDir, port });
};

const total = (): number => [...acknowledged.values()].reduce((sum, version) => sum + version, 0);

beforeAll(async () => {
  dataDir = mkdtempSync(join(process.env['HANDOVER_TEST_FOLDER'] ?? tmpdir(), 'crash-'));
  chmodSync(dataDir, 0o711);
  port = await freePort();
  await bringUp();
  const owner = await openDatabase(postgres.url, { poolSize: 2 });
  await migrate(owner);
  await new ReadModels(owner, projections).prepare();
  await owner.destroy();
}, 120_000);

afterAll(async () => {
  for (const child of parts.values()) child.kill('SIGKILL');
  await db?.destroy();
  await postgres?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}, 60_000);

describe('whatever is killed while eight writers append', () => {
  it('nothing acknowledged is lost, nothing is half there, and the log has no gap', async () => {
    beginSequencer();
    for (let writer = 0; writer < WRITERS; writer += 1) beginWriter(writer);
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = total();
      for (const deadline = Date.now() + 30_000; total() < before + 150 && Date.now() < deadline;) await sleep(20);
      expect(total()).toBeGreaterThanOrEqual(before + 150); // they get on again after each of the kills
      if (round % 3 !== 1) {
        await killPostgres();
        await bringUp();
      }
      if (round % 3 !== 0) {
        await killPart(`writer ${round % WRITERS}`);
        beginWriter(round % WRITERS);
      }
      await killPart('sequencer');
      beginSequencer();
    }
    for (const name of parts.keys()) await killPart(name);
    await killPostgres();
    await bringUp();

    db = await openDatabase(postgres.url, { poolSize: 4 });
    const lengths = new Map(
      (
        (await db.query('SELECT stream_id, count(*)::int AS n, max(version)::int AS last FROM ev.event GROUP BY 1')) as {
          stream_id: string;
          n: number;
          last: number;
        }[]
      ).map(({ stream_id, n, last }) => [stream_id, { n, last }] as const),
    );
    for (let writer = 0; writer < WRITERS; writer += 1) {
      for (let loop = 0; loop < LOOPS; loop += 1) {
        const { n = 0, last = 0 } = lengths.get(streamOf(writer, loop)) ?? {};
        const [outbox] = (await db.query('SELECT count(*)::int AS n FROM app.outbox WHERE case_id = $1', [caseOf(writer, loop)])) as { n: number }[];
        expect(n).toBeGreaterThanOrEqual(acknowledged.get(streamOf(writer, loop)) ?? 0);
        expect({ whole: n % PER_COMMIT, last, pair: lengths.get(pairOf(writer, loop))?.n, outbox: outbox?.n }).toEqual({
          whole: 0,
          last: n,
          pair: n / PER_COMMIT,
          outbox: n / PER_COMMIT,
        });
      }
    }
    expect(total()).toBeGreaterThan(ROUNDS * 150 - 1);
  }, 120_000);

  it('and who follows the log has each event once, the record verifies, and appends go on', async () => {
    await sealAll(new Sequencer(db, { signer: null }));
    await new ReadModels(db, projections).catchUp();

    const size = await logSize({ query: (sql, values) => db.query(sql, values as unknown[]) });
    const [events] = (await db.query('SELECT count(*)::int AS n FROM ev.event')) as { n: number }[];
    const [followed] = (await db.query(
      'SELECT count(*)::int AS n, count(DISTINCT (stream, version))::int AS once, max(position)::int AS last FROM read.audit_entry',
    )) as object[];
    const [places] = (await db.query('SELECT count(*)::int AS n, max(position)::int AS last FROM ev.log_leaf')) as object[];
    expect(size).toBe(events?.n);
    expect(places).toEqual({ n: size, last: size - 1 });
    expect(followed).toEqual({ n: size, once: size, last: size - 1 });
    expect((await verifyStreams(db)).problems).toEqual([]);
    expect((await verifyLog(db)).problems).toEqual([]);
  }, 60_000);
});
