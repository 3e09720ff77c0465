import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, download, downloadUrl, firstOf, given, intoPlace, onPath, run, type Say, type Tool } from './tools.ts';

/** Of Temporal's Java SDK, which the test server is released with; infra/temporal/test-server/pom.xml pins the same. */
export const TEST_SERVER_VERSION = '1.38.0';

const pom = fileURLToPath(new URL('../../temporal/test-server/pom.xml', import.meta.url));

/** Temporal's in-memory test server whose clock jumps over waits: 72 hours pass in a second. */
export const timeSkippingServer = (say: Say): Promise<Tool> => {
  const folder = join(cacheFolder(), `temporal-test-server-${TEST_SERVER_VERSION}`);
  const cached = join(folder, 'temporal-test-server');

  return firstOf(
    'Temporal test server',
    [
      { name: 'HANDOVER_TEMPORAL_TEST_SERVER', find: async () => given('HANDOVER_TEMPORAL_TEST_SERVER') },
      { name: 'on the PATH', find: async () => onPath('temporal-test-server') },
      { name: 'from an earlier start', find: async () => (existsSync(cached) ? cached : null) },
      { name: 'official download', find: () => download(downloadUrl('temporal-test-server', 'default'), 'temporal-test-server', cached) },
      { name: 'from Maven Central, run by Java', find: () => fromMaven(folder, cached, say) },
    ],
    say,
    'Install Java 11 or newer and Maven, or set HANDOVER_TEMPORAL_TEST_SERVER to the program.',
  );
};

const fromMaven = async (folder: string, target: string, say: Say): Promise<string | null> => {
  const [java, maven] = [onPath('java'), onPath('mvn')];
  if (java === null || maven === null) return null;
  say('Fetching the Temporal test server from Maven Central: under a minute, once per user …');

  return intoPlace(target, async (making) => {
    const lib = join(folder, 'lib');
    const fresh = join(making, 'lib');
    await mkdir(fresh, { recursive: true });
    await run(maven, ['-B', '-q', '-f', pom, 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${fresh}`], {
      cwd: making,
      still: (seconds) => say(`  … still fetching the Temporal test server (${seconds} s)`),
    });
    await rm(lib, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await rename(fresh, lib);
    // Tests that are killed leave it behind: its pid is noted for whoever tidies up (exec keeps the pid).
    // The SDK gives the server five seconds to answer: class sharing and the quick compiler keep a cold start under two.
    const script = join(making, 'server');
    await writeFile(
      script,
      `#!/bin/sh\n[ -n "$HANDOVER_TEST_PIDS" ] && echo $$ >> "$HANDOVER_TEST_PIDS"\nexec "${java}" -Xshare:auto -XX:TieredStopAtLevel=1 -cp "${lib}/*" io.temporal.testserver.TestServer "$@"\n`,
    );
    return script;
  });
};
