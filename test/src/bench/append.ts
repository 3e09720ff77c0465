import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkpoints, logSize, migrate, openDatabase, verifyLog, verifyStreams } from '@handover/event-store-postgres';
import { newKey } from '../support/record.ts';
import type { DataSource } from 'typeorm';
import type { Measured, Window, WriterSettings } from './append-writer.ts';
import { installPeer } from './peer.ts';
import { rowOf, type Row } from './row.ts';
import type { BenchServers } from './servers.ts';

const WIDTHS = [1, 8, 32, 128];
const EVENTS = [1, 5];
/** Many short ones in turns: what else a machine does comes and goes within seconds. */
const WINDOW_MS = 1_200;
const ROUNDS = 7;

type Variant = WriterSettings['variant'];

/** Some processes that append the same way at the same time. */
interface Writers {
  readonly run: (window: Window) => Promise<Measured>;
  readonly stop: () => void;
}

/**
 * Appends per second through the case command, beside a plain INSERT and, with `--peer emmett`, beside emmett: in turns, on
 * one PostgreSQL, each in processes of its own. The middle one of the rounds counts.
 */
export const append = async ({ postgresUrl }: BenchServers, peerName: string | null): Promise<readonly Row[]> => {
  const owner = await openDatabase(postgresUrl, { poolSize: 2 });
  await migrate(owner);
  const peer = peerName === null ? null : installPeer(peerName);
  const variants: readonly Variant[] = peer === null ? ['plain', 'handover'] : ['plain', 'emmett', 'handover'];
  const rows: Row[] = [];
  // One for the whole run: checkpoints are signed by the key that the log has.
  const key = join(mkdtempSync(join(tmpdir(), 'handover-bench-key-')), 'checkpoint.pem');
  writeFileSync(key, newKey(), { mode: 0o600 });
  for (const processes of [1, 2]) {
    const writers = new Map<Variant, Writers>();
    for (const variant of variants) writers.set(variant, await startWriters({ variant, url: postgresUrl, peer, checkpointKey: key }, processes));
    for (const events of EVENTS) {
      for (const width of processes === 1 ? WIDTHS : WIDTHS.slice(1)) rows.push(...(await compared(writers, { width, events, ms: WINDOW_MS }, processes)));
    }
    for (const each of writers.values()) each.stop();
  }
  rmSync(dirname(key), { recursive: true });
  await assertRecordIsRight(owner);
  await owner.destroy();

  return rows;
};

const compared = async (writers: ReadonlyMap<Variant, Writers>, window: Window, processes: number): Promise<Row[]> => {
  const seen = new Map<Variant, Measured[]>([...writers.keys()].map((variant) => [variant, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    const turn = [...writers].sort(() => Math.random() - 0.5);
    for (const [variant, each] of turn) seen.get(variant)?.push(await each.run(window));
  }
  const middle = (variant: Variant): Measured => [...(seen.get(variant) ?? [])].sort((a, b) => a.appends - b.appends)[Math.floor(ROUNDS / 2)] as Measured;
  const ours = middle('handover');
  const rows = [...writers.keys()]
    .filter((variant) => variant !== 'handover')
    .map((variant) =>
      rowOf({
        name: 'append',
        unit: 'appends per second',
        params: {
          callers: window.width,
          events: window.events,
          processes,
          p50ms: round(ours.p50),
          p99ms: round(ours.p99),
          theirP99ms: round(middle(variant).p99),
        },
        ours: ours.appends,
        baseline: middle(variant).appends,
        baselineName: variant === 'plain' ? 'plain INSERT' : 'emmett-postgresql 0.42.0',
        goal: variant === 'plain' ? (window.width === 32 ? '0.75' : 'none') : window.width === 32 ? '>= 1.3, better 3' : '>= 1.3',
      }),
    );
  for (const row of rows)
    console.log(
      `  ${window.width} callers, ${window.events} events, ${processes} processes: ${row.ours} beside ${row.baseline} (${row.baselineName}): ${row.ratio}`,
    );

  return rows;
};

const round = (value: number): number => Math.round(value * 10) / 10;

/** The first of the processes seals and signs, as one of several workers does. */
const startWriters = async (all: WriterSettings, processes: number): Promise<Writers> => {
  const children = await Promise.all(
    Array.from({ length: processes }, async (_, index) => {
      const settings: WriterSettings = { ...all, checkpointKey: all.variant === 'handover' && index === 0 ? all.checkpointKey : null };
      const child = fork(new URL('./append-writer.js', import.meta.url), [JSON.stringify(settings)], { execArgv: ['--enable-source-maps'] });
      await Promise.race([once(child, 'message'), once(child, 'exit').then(() => Promise.reject(new Error(`the writer ${all.variant} ended`)))]);
      return child;
    }),
  );

  return {
    run: async (window) => {
      const all = await Promise.all(children.map((child) => ask(child, { ...window, width: window.width / processes })));
      return {
        appends: all.reduce((sum, each) => sum + each.appends, 0),
        p50: Math.max(...all.map((each) => each.p50)),
        p99: Math.max(...all.map((each) => each.p99)),
      };
    },
    stop: () => {
      for (const child of children) child.kill();
    },
  };
};

const ask = async (child: ChildProcess, window: Window): Promise<Measured> => {
  child.send(window);
  return ((await once(child, 'message')) as [Measured])[0];
};

/** A speed that was bought with a broken record is none. */
const assertRecordIsRight = async (owner: DataSource): Promise<void> => {
  const problems = [...(await verifyStreams(owner)).problems, ...(await verifyLog(owner)).problems];
  if (problems.length > 0) throw new Error(`the record does not verify after the measurement: ${JSON.stringify(problems[0])}`);
  const [newest] = await checkpoints(owner, 1);
  const size = await logSize(owner);
  if (newest === undefined || newest.size < size * 0.9) throw new Error(`of ${size} events only ${newest?.size ?? 0} were under a signed checkpoint`);
};
