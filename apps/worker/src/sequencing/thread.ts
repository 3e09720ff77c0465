import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from '@handover/event-store-postgres';
import { createLogger } from '@handover/observability';
import type { SealingPart } from './apart.ts';
import { signerIn } from './checkpoint-signer.ts';
import { startSequencing } from './sequencing.ts';

const { databaseUrl, key, checkpointEveryMs } = workerData as SealingPart;
// One for the look, one that is told when somebody waits for a checkpoint, one to spare while either is replaced.
const dataSource = await openDatabase(databaseUrl, { name: 'handover-sequencer', poolSize: 3 });
const sequencing = startSequencing({ dataSource, signer: key && signerIn(key.file, key.origin), checkpointEveryMs, log: createLogger('worker') });

parentPort?.once('message', () => {
  void sequencing
    .stop()
    .then(() => dataSource.destroy())
    .finally(() => parentPort?.close());
});
