import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordExport, checkpoints, consistencyOf, followLog, migrate, openDatabase, proofOf, verifyRecord } from '@handover/event-store-postgres';
import { handover } from '@handover/local';
import { consistencyProof, inclusionProof } from '@handover/merkle';
import { logLeaf, sha256, vkeyOf } from '@handover/record-proof';
import type { DataSource } from 'typeorm';
import { newSigner } from '../support/record.ts';
import { fillRecord, hashedPerSecond } from './million.ts';
import { rowOf, type Row } from './row.ts';
import { freshDatabase, type BenchServers } from './servers.ts';

const EVENTS = Number(process.env['HANDOVER_BENCH_EVENTS'] ?? 1_000_000);
const PROOFS = 200;

const timed = async (work: () => unknown): Promise<number> => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};

/** Proofs from tiles beside proofs from all leaves, and verification beside hashing as many bytes. */
export const proofs = async ({ postgresUrl }: BenchServers): Promise<readonly Row[]> => {
  const db = await openDatabase(await freshDatabase(postgresUrl, 'bench_proofs'), { poolSize: 4 });
  const folder = mkdtempSync(join(tmpdir(), 'handover-bench-'));
  try {
    await migrate(db);
    const signer = newSigner('bench');
    console.log(`  appending ${EVENTS} events …`);
    await fillRecord(db, signer, EVENTS);
    writeFileSync(join(folder, 'key.txt'), `${vkeyOf(signer)}\n`);

    return [...(await proofRows(db)), ...(await verifyRows(db, folder))];
  } finally {
    await db.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
};

const proofRows = async (db: DataSource): Promise<readonly Row[]> => {
  const places = Array.from({ length: PROOFS }, (_, n) => Math.floor(((n + 0.5) / PROOFS) * EVENTS));
  const inclusion = (await timed(async () => places.reduce((before, place) => before.then(() => proofOf(db, place)), Promise.resolve<unknown>(null)))) / PROOFS;
  const consistency =
    (await timed(async () => places.reduce((before, from) => before.then(() => consistencyOf(db, { from })), Promise.resolve<unknown>(null)))) / PROOFS;
  const read = async (): Promise<Uint8Array[]> =>
    ((await db.query('SELECT hash FROM ev.log_leaf ORDER BY position')) as { hash: Buffer }[]).map(({ hash }) => logLeaf(hash));
  const place = places[PROOFS / 3] ?? 1;
  const fromLeaves = await timed(async () => inclusionProof(sha256, await read(), place));
  const olderFromLeaves = await timed(async () => consistencyProof(sha256, await read(), place));
  const params = { events: EVENTS, proofs: PROOFS };

  return [
    rowOf({
      name: 'inclusion proof',
      unit: 'per second',
      params,
      ours: 1_000 / inclusion,
      baseline: 1_000 / fromLeaves,
      baselineName: 'computing it from all leaves',
      goal: '>= 100',
    }),
    rowOf({
      name: 'consistency proof',
      unit: 'per second',
      params,
      ours: 1_000 / consistency,
      baseline: 1_000 / olderFromLeaves,
      baselineName: 'computing it from all leaves',
      goal: '>= 100',
    }),
  ];
};

const verifyRows = async (db: DataSource, folder: string): Promise<readonly Row[]> => {
  const verified = await verifyRecord(db);
  if (verified.problems.length > 0) throw new Error(`the record does not verify: ${verified.problems[0]?.what}`);
  const file = join(folder, 'record.ndjson');
  await writeExport(db, file);
  const sha = await hashedPerSecond(db);
  await handover(['verifier', '--out', join(folder, 'verify.mjs')], () => undefined);
  let said = '';
  const took = await timed(() => {
    // So little memory that a log read whole would not fit.
    const { stdout, status } = spawnSync(process.execPath, ['--max-old-space-size=256', 'verify.mjs', '--json', '--keys', 'key.txt', 'record.ndjson'], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`the export does not verify: ${stdout.slice(0, 500)}`);
    said = stdout;
  });
  const { signed } = JSON.parse(said) as { signed: number };
  if (signed !== EVENTS) throw new Error(`only ${signed} events of the export are signed`);
  const baseline = { baseline: sha, baselineName: 'SHA-256 of the bytes of as many events, one core' };
  const megabytes = Math.round(statSync(file).size / 1e6);

  return [
    rowOf({
      name: 'verify the running record',
      unit: 'events/s',
      params: { events: EVENTS, checkpoints: (await checkpoints(db, 1_000_000)).length },
      ours: EVENTS / (verified.took / 1_000),
      ...baseline,
      goal: '>= 0.1',
    }),
    rowOf({
      name: 'verify an export, one file',
      unit: 'events/s',
      params: { events: EVENTS, megabytes, heapMegabytes: 256 },
      ours: EVENTS / (took / 1_000),
      ...baseline,
      goal: '>= 0.02',
    }),
  ];
};

const writeExport = async (db: DataSource, file: string): Promise<void> => {
  const record = await RecordExport.begin(db, { filter: null, madeAt: new Date().toISOString() });
  const out = openSync(file, 'w');
  writeSync(out, record.head);
  for (let after = -1; ;) {
    const entries = await followLog(db, { after, limit: 5_000 });
    if (entries.length === 0) break;
    writeSync(out, await record.lines(entries));
    after = entries.at(-1)?.position ?? after;
  }
  writeSync(out, record.end());
  closeSync(out);
};
