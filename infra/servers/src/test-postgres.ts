import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './ports.ts';
import { createDatabase, startPostgres } from './postgres.ts';

export interface TestDatabase {
  readonly url: string;
  readonly drop: () => Promise<void>;
}

/** A fresh database on the server of the test run (HANDOVER_TEST_DATABASE_URL), or on a server started for it alone. */
export const testPostgres = async (): Promise<TestDatabase> => {
  const shared = process.env['HANDOVER_TEST_DATABASE_URL'];
  if (shared === undefined) {
    const dataDir = mkdtempSync(join(tmpdir(), 'handover-test-'));
    const server = await startPostgres({ dataDir, port: await freePort(), unsafeButFast: true });
    return {
      url: server.url,
      drop: async () => {
        await server.stop();
        rmSync(dataDir, { recursive: true, force: true });
      },
    };
  }

  const name = `t_${randomBytes(6).toString('hex')}`;
  await createDatabase(shared, name);
  const url = new URL(shared);
  url.pathname = `/${name}`;

  return {
    url: url.href,
    drop: async () => {
      const client = new pg.Client({ connectionString: shared });
      await client.connect();
      await client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
      await client.end();
    },
  };
};
