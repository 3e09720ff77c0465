import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreError } from '@handover/event-store';
import { PostgresEventStore, ReadModels, Sequencer, keyTable, openDatabase } from '@handover/event-store-postgres';
import { Keyring } from '@handover/privacy';
import { projections } from '@handover/read-models-postgres';
import { signerOf } from '@handover/record-proof';
import type { DataSource } from 'typeorm';
import { happenedTo } from '../support/record.ts';
import { PER_COMMIT, caseOf, pairOf, streamOf, type Part } from './crash-plan.ts';

// A process of its own, so that it can be killed: a writer, or who gives events their place.

const master = Buffer.alloc(32, 9);

/** Whatever fails is tried again: the database may be away, and nobody knows whether the last commit got through. */
const forEver = async (step: () => Promise<void>): Promise<void> => {
  for (;;) {
    try {
      await step();
    } catch (error) {
      if (error instanceof EventStoreError) throw error; // nobody else writes here: it would be a broken promise
      await sleep(30);
    }
  }
};

const write = async (db: DataSource, writer: number, loop: number): Promise<void> => {
  const store = new PostgresEventStore(db, new Keyring(master, keyTable(db)));
  const [stream, pair, caseId] = [streamOf(writer, loop), pairOf(writer, loop), caseOf(writer, loop)];
  let version: number | null = null;
  await forEver(async () => {
    version ??= (await store.read(stream)).length;
    const round = version / PER_COMMIT;
    const events = Array.from({ length: PER_COMMIT }, (_, n) => happenedTo(stream, (version as number) + n + 1));
    await store.commit(
      [
        { stream, expected: version, events },
        { stream: pair, expected: round, events: [happenedTo(pair, round + 1)] },
      ],
      {
        outbox: [{ caseId, kind: 'signal' }],
      },
    );
    version += PER_COMMIT;
    process.send?.({ stream, version });
  });
};

const reached = async (url: string): Promise<DataSource> => {
  for (;;) {
    try {
      return await openDatabase(url, { poolSize: 12 });
    } catch {
      await sleep(50); // it is coming up
    }
  }
};

const main = async (): Promise<void> => {
  const part = JSON.parse(process.argv[2] ?? '{}') as Part;
  process.on('disconnect', () => process.exit());
  const db = await reached(part.url);
  if (part.writer !== undefined) {
    await Promise.all(Array.from({ length: part.loops ?? 1 }, (_, loop) => write(db, part.writer as number, loop)));
    return;
  }
  const sequencer = new Sequencer(db, { signer: signerOf(part.key ?? '', 'crash.example'), checkpointEveryMs: 100 });
  const models = new ReadModels(db, projections, { batch: 50 });
  await Promise.all([forEver(async () => void (await sequencer.once(), await sleep(10))), forEver(async () => void (await models.catchUp(), await sleep(10)))]);
};

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
