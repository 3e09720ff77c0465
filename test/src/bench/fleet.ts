import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cases } from '@handover/case-service';
import { loadPolicy, loadSecrets } from '@handover/config';
import { createDialpad } from '@handover/connector-dialpad';
import { migrate, openDatabase } from '@handover/event-store-postgres';
import { localSecrets, root, startProcess, type Running } from '@handover/local';
import { masterKeysOf } from '@handover/privacy';
import { freePort } from '@handover/servers';
import { compose } from '@handover/worker';
import type { BenchServers } from './servers.ts';

/** Nobody has to say yes, and nothing of the hold is waited for: what is measured is the way there. */
const POLICY = 'approvals:\n  leaver: []\n';

export interface Leaver {
  readonly email: string;
  readonly givenName: string;
  readonly familyName: string;
}

/** The sandbox and several workers, each a process of its own as `npm start` runs them; and a door for facts. */
export const startFleet = async ({ postgresUrl, temporalAddress }: BenchServers, { workers, users }: { readonly workers: number; readonly users: number }) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'handover-fleet-'));
  const log = join(dataDir, 'fleet.log');
  const { files } = localSecrets(dataDir);
  const policy = join(dataDir, 'policy.yaml');
  writeFileSync(policy, POLICY);
  const running: Running[] = [];
  const node = async (app: string, ready: string, env: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<void> => {
    const isReady = (): Promise<boolean> =>
      fetch(ready).then(
        (answer) => answer.ok,
        () => false,
      );
    const command = { command: process.execPath, args: [join(root, app, 'dist/main.js'), ...args], cwd: root };
    running.push(await startProcess({ ...command, env, log, isReady, readyWithin: 180_000, patience: 9_000 }));
  };

  const sandboxPort = await freePort();
  const sandbox = `http://127.0.0.1:${sandboxPort}`;
  await node('apps/dialpad-sandbox', `${sandbox}/sandbox/state`, {}, ['--port', String(sandboxPort), '--users', String(users), '--seed', '11']);
  const dataSource = await openDatabase(postgresUrl, { poolSize: 10, name: 'bench' });
  await migrate(dataSource);
  const env = {
    DATABASE_URL: postgresUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    HANDOVER_POLICY: policy,
    HANDOVER_MASTER_KEY_FILE: files.masterKey,
    HANDOVER_SECRETS_FILE: files.secrets,
    HANDOVER_CHECKPOINT_KEY_FILE: files.checkpointKey,
    DIALPAD_BASE_URL: sandbox,
    DIALPAD_API_KEY_FILE: files.dialpadKey,
  };
  const ports = await Promise.all(Array.from({ length: workers }, freePort));
  await Promise.all(ports.map((port) => node('apps/worker', `http://127.0.0.1:${port}/health/ready`, { ...env, HANDOVER_WORKER_PORT: String(port) })));

  const composed = compose({
    dataSource,
    masterKey: masterKeysOf(env),
    dialpad: createDialpad({ baseUrl: sandbox, apiKey: { reveal: () => 'bench' } }),
    policy: loadPolicy(policy),
    secrets: loadSecrets(files.secrets),
  });
  const cases = new Cases(composed.store);

  return {
    sandbox,
    /** The case that the fact began. */
    terminate: async ({ email, givenName, familyName }: Leaver, urgency: 'normal' | 'immediate'): Promise<string> => {
      const id = randomUUID();
      const data = { employeeId: email, email, givenName, familyName, timeZone: 'UTC', lastWorkingDay: '2026-01-01', urgency, reasonCode: 'bench' };
      const body = { type: 'employee.terminated', timestamp: new Date().toISOString(), data };
      const taken = await composed.intake.take({
        id,
        source: 'generic',
        body,
        by: { actor: 'source:generic', channel: 'webhook', commandId: id },
        inbox: false,
      });
      return taken.caseIds[0] ?? '';
    },
    /** Whether the suspend was read back. */
    isCut: async (caseId: string): Promise<boolean> =>
      (await cases.view(caseId))?.steps.some((step) => step.kind === 'suspendUser' && step.status === 'verified') ?? false,
    counts: async (): Promise<{ readonly calls: number; readonly throttled: number }> =>
      ((await (await fetch(`${sandbox}/sandbox/state`)).json()) as { counts: { calls: number; throttled: number } }).counts,
    switch: async (values: Readonly<Record<string, string>>): Promise<void> =>
      void (await fetch(`${sandbox}/sandbox/switches`, { method: 'POST', body: JSON.stringify(values) })),
    stop: async (): Promise<void> => {
      await Promise.all([...running].reverse().map((each) => each.stop()));
      await dataSource.destroy();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};
export type Fleet = Awaited<ReturnType<typeof startFleet>>;
