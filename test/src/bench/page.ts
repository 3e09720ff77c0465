import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import type { Row } from './row.ts';

/** What each bench does, for who reads the figures. */
const SAYS: Readonly<Record<string, string>> = {
  append: `Appends through the case command: decide (a case that is opened has nothing to read), seal the reason under the person's key, append
chained and idempotent, with the message to Temporal in the same transaction, while events are sealed into the log
ten times a second in the worker's thread for it, and a checkpoint is signed every second. Beside it a plain INSERT of the same bytes,
and with \`--peer emmett\` emmett-postgresql 0.42.0 (installed into a folder outside of the project for the run; it has no licence)
appending the same events to a new stream. Every variant in processes of its own, warm, in turns, middle of seven windows of 1.2 s. The
record is verified afterwards.`,
  rebuild: `The read models built anew from the log while nobody waits for them, and the whole record verified, beside what the machine can do:
SHA-256 over as many bytes on one core, and the same events read in log order and thrown away.`,
  proofs: `Proofs out of tiles beside computing them from all leaves; the whole record verified at one moment of a running system, and its
export verified line by line by the one-file verifier with 256 MB of heap, beside SHA-256 over as many bytes on one core.`,
  webhooks: `Verify the signature, seal the body, store it, answer 202; beside taking the body and one INSERT.`,
  leavers: `From the fact to the certificate, with two approvals, a one-second hold, every effect in the sandbox and every step in the record;
beside workflows that do nothing as often. Includes the same timers; the record is sealed and followed meanwhile, as in a worker. *actions*: what Temporal Cloud would bill for one such leaver,
beside what must exist: a start, the steps, the decisions, the waits.`,
  budget: `Three worker processes, as \`npm start\` runs one, on 1,000 leavers that all begin at once; counted by the sandbox, which refuses the 21st
call within any second. The bulk as a whole takes over an hour at 20 calls a second, so a minute out of its middle is measured
(\`HANDOVER_BENCH_SECONDS\`). *urgent*: eight leavers with \`urgency: immediate\`, thrown into that minute: from the fact to the suspend
that was read back, plan and checks included; beside the same on idle workers, where the budget is all theirs.`,
};

const HEAD = `# Measurements

Written by \`npm run bench [-- NAME …]\`, each section when its bench runs. Each figure stands beside its baseline, taken in the same run
on the same servers; only the ratio says something about another machine. PostgreSQL and the Temporal dev server (SQLite, write-ahead
log) both flush to disk.
`;

export const tableOf = (rows: readonly Row[]): string =>
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

/** The page with the section of one bench written anew. */
export const pageWith = (page: string, name: string, rows: readonly Row[]): string => {
  const kept = new Map([...page.matchAll(/^## (\w+)\n[^]*?(?=^## |$(?![^]))/gm)].map(([text, title]) => [title as string, text.trimEnd()]));
  kept.set(name, `## ${name}\n\n${SAYS[name] ?? ''}\n\n${tableOf(rows)}\n\n${machine()}`);

  return `${[HEAD.trimEnd(), ...Object.keys(SAYS).flatMap((each) => kept.get(each) ?? [])].join('\n\n')}\n`;
};

const machine = (): string =>
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 1e9)} GB, Node ${process.versions.node}, ${execFileSync('uname', ['-sr'], { encoding: 'utf8' }).trim()}.`;
