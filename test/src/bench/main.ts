import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { append } from './append.ts';
import { budget } from './budget.ts';
import { leavers } from './leavers.ts';
import { pageWith, tableOf } from './page.ts';
import { proofs } from './proofs.ts';
import { rebuild } from './rebuild.ts';
import type { Row } from './row.ts';
import { startServers, type BenchServers } from './servers.ts';
import { webhooks } from './webhooks.ts';

const benches: Readonly<Record<string, (servers: BenchServers, peer: string | null) => Promise<readonly Row[]>>> = {
  append,
  rebuild,
  proofs,
  webhooks,
  leavers,
  budget,
};
const PAGE = new URL('../../bench/README.md', import.meta.url);

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' }, peer: { type: 'string' } } });
  const unknown = positionals.filter((name) => !(name in benches));
  if (unknown.length > 0) throw new Error(`there is no bench ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  console.log('Starting PostgreSQL and Temporal for the measurements …');
  const servers = await startServers();
  const rows: Row[] = [];
  try {
    for (const [name, bench] of Object.entries(benches)) {
      if (positionals.length > 0 && !positionals.includes(name)) continue;
      console.log(`Measuring ${name} …`);
      const measured = await bench(servers, values.peer ?? null);
      rows.push(...measured);
      writeFileSync(PAGE, pageWith(readFileSync(PAGE, 'utf8'), name, measured));
    }
  } finally {
    await servers.stop();
  }
  console.log(`\n${tableOf(rows)}`);
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(rows, null, 2));
};

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error && error.message.startsWith('there is no') ? error.message : error);
    process.exit(1);
  },
);
