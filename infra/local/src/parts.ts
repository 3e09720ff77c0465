import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { startProcess, type Running } from './processes.ts';
import { root } from './root.ts';

interface NodePart {
  readonly log: string;
  /** Answers 200 once the part can be used. */
  readonly url: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

/** One of our own programs, ready once its address answers. */
export const startNode = (app: string, { log, url, env = {}, args = [] }: NodePart): Promise<Running> =>
  startProcess({
    command: process.execPath,
    args: ['--enable-source-maps', join(root, app, 'dist/main.js'), ...args],
    env,
    cwd: root,
    log,
    readyWithin: 60_000,
    patience: 9_000,
    isReady: () =>
      fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
        (answer) => answer.ok,
        () => false,
      ),
  });

interface TemporalPart {
  readonly dataDir: string;
  readonly log: string;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
}

/** Write-ahead log with full synchronous: twice as fast as the default, and nothing acknowledged is lost in a power cut. */
export const startTemporal = (command: string, { dataDir, log, port, uiPort, namespace }: TemporalPart): Promise<Running> =>
  startProcess({
    command,
    args: [
      'server',
      'start-dev',
      '--ip',
      '127.0.0.1',
      '--port',
      String(port),
      '--ui-port',
      String(uiPort),
      '--namespace',
      namespace,
      '--db-filename',
      join(dataDir, 'temporal.db'),
      '--sqlite-pragma',
      'journal_mode=wal',
      '--sqlite-pragma',
      'synchronous=2',
      '--log-format',
      'json',
      '--log-level',
      'error',
      // It would ask Temporal's servers on the internet whether there is a newer one.
      '--dynamic-config-value',
      'frontend.enableServerVersionCheck=false',
    ],
    cwd: dataDir,
    log,
    readyWithin: 60_000,
    patience: 5_000,
    isReady: () => hasNamespace(`127.0.0.1:${port}`, namespace),
  });

const hasNamespace = async (address: string, namespace: string): Promise<boolean> => {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 1_000 });
    try {
      await connection.workflowService.describeNamespace({ namespace });
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
};
