import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError, freePort, startPostgres, temporalCli, timeSkippingServer, type Say } from '@handover/servers';
import { runChild } from './children.ts';
import { root } from './root.ts';
import { endOrphans } from './run-record.ts';

const KINDS = ['unit', 'int', 'e2e'] as const;
type Kind = (typeof KINDS)[number];

interface Summary {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numFailedTestSuites: number;
  readonly numRuntimeErrorTestSuites: number;
}

/**
 * `npm test`: everything, or `npm test -- unit|int|e2e [jest arguments]`. Servers are started once for the whole run and
 * stopped again, also when tests fail. The last line says how many passed, failed and were skipped.
 */
export const test = async (args: readonly string[], say: Say): Promise<number> => {
  const kinds = KINDS.filter((kind) => args.includes(kind));
  const chosen: readonly Kind[] = kinds.length > 0 ? kinds : KINDS;
  const rest = args.filter((arg) => !KINDS.includes(arg as Kind));
  const needsServers = chosen.some((kind) => kind !== 'unit');
  const folder = mkdtempSync(join(tmpdir(), 'handover-tests-'));
  chmodSync(folder, 0o711); // PostgreSQL may have to run as another user
  const summary = join(folder, 'summary.json');
  let stop: () => Promise<void> = async () => undefined;

  try {
    const traffic = join(folder, 'traffic');
    mkdirSync(traffic);
    const env: Record<string, string> = { HANDOVER_TEST_FOLDER: folder, HANDOVER_TEST_PIDS: join(folder, 'pids'), HANDOVER_SANDBOX_TRAFFIC: traffic };
    if (needsServers) {
      say('Starting PostgreSQL for the tests …');
      const postgres = await startPostgres({ dataDir: join(folder, 'data'), port: await freePort(), unsafeButFast: true });
      stop = postgres.stop;
      env['HANDOVER_TEST_DATABASE_URL'] = postgres.url;
      env['HANDOVER_TEMPORAL_CLI'] = (await temporalCli(say)).command;
      env['HANDOVER_TEMPORAL_TEST_SERVER'] = (await timeSkippingServer(say)).command;
    }
    say(`Running the ${chosen.join(', ')} tests …`);
    const jest = join(root, 'node_modules/jest/bin/jest.js');
    const { code } = await runChild(
      process.execPath,
      [jest, '--selectProjects', ...chosen, '--json', `--outputFile=${summary}`, '--forceExit', ...rest],
      {
        ...env,
        NODE_OPTIONS: `--experimental-vm-modules --no-warnings ${process.env['NODE_OPTIONS'] ?? ''}`.trim(),
        NODE_ENV: 'test',
      },
      false,
    );

    // Every exchange that any test had with the sandbox, not only those of the tests about it.
    const held = await runChild(process.execPath, ['--no-warnings', join(root, 'test/dist/dialpad/check-traffic.js'), traffic]);

    return report(summary, code, say) || held.code;
  } finally {
    await tidyUp(folder);
    await stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

/** What tests left behind because they were killed: instances by their run.json, test servers by the pids they noted. */
const tidyUp = async (folder: string): Promise<void> => {
  for (const name of readdirSync(folder)) {
    const record = join(folder, name, 'run.json');
    if (existsSync(record)) await endOrphans(record);
  }
  const pids = join(folder, 'pids');
  for (const pid of existsSync(pids) ? readFileSync(pids, 'utf8').split('\n').map(Number).filter(Boolean) : []) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('TestServer')) process.kill(pid, 'SIGKILL');
    } catch {
      // It ended long ago.
    }
  }
};

const report = (file: string, code: number, say: Say): number => {
  let summary: Summary;
  try {
    summary = JSON.parse(readFileSync(file, 'utf8')) as Summary;
  } catch {
    throw new StartError('the tests ended without a result, or no test is called or lies like that; see the lines above');
  }
  // A file that cannot even be loaded holds no test, and is a failure all the same.
  const failed = summary.numFailedTests + summary.numRuntimeErrorTestSuites;
  say(`${summary.numPassedTests} passed, ${failed} failed, ${summary.numPendingTests} skipped`);

  return code !== 0 || failed > 0 ? 1 : 0;
};
