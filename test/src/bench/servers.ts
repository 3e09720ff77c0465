import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@handover/event-store-postgres';
import { startTemporal } from '@handover/local';
import { freePort, startPostgres, temporalCli } from '@handover/servers';

export interface BenchServers {
  readonly postgresUrl: string;
  readonly temporalAddress: string;
  readonly stop: () => Promise<void>;
}

/** As `npm start` runs them: durable at a power cut, both of them. */
export const startServers = async (): Promise<BenchServers> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'handover-bench-'));
  chmodSync(dataDir, 0o711);
  mkdirSync(dataDir, { recursive: true });
  const postgres = await startPostgres({ dataDir, port: await freePort(), connections: 400 });
  const port = await freePort();
  const { command } = await temporalCli(() => undefined);
  const temporal = await startTemporal(command, { dataDir, log: join(dataDir, 'temporal.log'), port, uiPort: await freePort(), namespace: 'default' });

  return {
    postgresUrl: postgres.url,
    temporalAddress: `127.0.0.1:${port}`,
    stop: async () => {
      await temporal.stop();
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};

/** Of one bench alone: others fill theirs, too. */
export const freshDatabase = async (url: string, name: string): Promise<string> => {
  const admin = await openDatabase(url, { poolSize: 1 });
  await admin.query(`DROP DATABASE IF EXISTS ${name}`);
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.destroy();
  const own = new URL(url);
  own.pathname = `/${name}`;

  return own.href;
};
