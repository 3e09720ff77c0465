import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { budget } from './budget.ts';
import { leavers } from './leavers.ts';
import type { Row } from './row.ts';
import { startServers, type BenchServers } from './servers.ts';
import { webhooks } from './webhooks.ts';

const benches: Readonly<Record<string, (servers: BenchServers) => Promise<readonly Row[]>>> = { webhooks, leavers, budget };

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
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
      rows.push(...(await bench(servers)));
    }
  } finally {
    await servers.stop();
  }
  const table = tableOf(rows);
  console.log(`\n${table}`);
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(rows, null, 2));
  if (positionals.length === 0) writeFileSync(new URL('../../bench/README.md', import.meta.url), page(table));
};

const tableOf = (rows: readonly Row[]): string =>
  [
    '| what | ours | baseline | ratio | goal | baseline is | parameters |',
    '|---|---:|---:|---:|---|---|---|',
    ...rows.map(
      (row) =>
        `| ${row.name}, ${row.unit} | ${row.ours} | ${row.baseline} | **${row.ratio}** | ${row.goal} | ${row.baselineName} | ${Object.entries(row.params)
          .map(([name, value]) => `${name} ${value}`)
          .join(', ')} |`,
    ),
  ].join('\n');

const page = (table: string): string => `# Measurements

Written by \`npm run bench\`. Each figure stands beside its baseline, taken in the same run on the same servers; only the ratio
says something about another machine. PostgreSQL and the Temporal dev server (SQLite, write-ahead log) both flush to disk.

${table}

- **webhooks**: verify the signature, seal the body, store it, answer 202; beside taking the body and one INSERT.
- **leavers**: from the fact to the certificate, with two approvals, a one-second hold, every effect in the sandbox and every
  step in the record; beside workflows that do nothing as often. Includes the same timers.
- **budget**: three worker processes, as \`npm start\` runs one, on 1,000 leavers that all begin at once; counted by the sandbox, which
  refuses the 21st call within any second. The bulk as a whole takes over an hour at 20 calls a second, so a minute out of its middle is
  measured (\`HANDOVER_BENCH_SECONDS\`).
- **urgent**: eight leavers with \`urgency: immediate\`, thrown into that minute: from the fact to the suspend that was read back,
  plan and checks included; beside the same on idle workers, where the budget is all theirs.
- **actions**: what Temporal Cloud would bill for one such leaver, beside what must exist: a start, the steps, the decisions, the waits.

Machine: ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 1e9)} GB, Node ${process.versions.node}, ${execFileSync('uname', ['-sr'], { encoding: 'utf8' }).trim()}.
`;

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error && error.message.startsWith('there is no bench') ? error.message : error);
    process.exit(1);
  },
);
