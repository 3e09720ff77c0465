import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPolicy } from '@handover/config';
import { SchemaError, TooMuchRight, loginFor, migrateAt, ownsSchema } from '@handover/event-store-postgres';
import { StartError, startPostgres, temporalCli, type Say } from '@handover/servers';
import { startNode, startTemporal } from './parts.ts';
import { runReshred } from './reshred.ts';
import { RunRecord } from './run-record.ts';
import { localSecrets, type LocalSecrets } from './secrets.ts';
import { assertPortsFree, type Settings } from './settings.ts';
import { Supervisor } from './supervisor.ts';

/** What `local.json` tells other programs about a running instance. */
export interface Local {
  readonly pid: number;
  readonly api: string;
  readonly console: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly temporalUi: string;
  readonly sandbox: string | null;
  readonly postgresUrl: string;
  readonly hooks: { readonly generic: { readonly url: string; readonly secret: string } };
  readonly apiKeys: LocalSecrets['apiKeys'];
  readonly policy: string;
  readonly log: string;
  readonly pids: Readonly<Record<string, number>>;
}

export interface Instance {
  readonly local: Local;
  readonly masterKeyFile: string;
  readonly stop: () => Promise<void>;
}

const DEFAULT_POLICY = '# The policy of this instance. Every value that is not named here keeps its default; see the README.\nhold: 72h\n';

/** Starts every part that is not given from outside, in the order in which they need each other. */
export const startInstance = async (
  settings: Settings,
  say: Say,
  options: { readonly policyText?: string; readonly restartPauses?: readonly number[] } = {},
): Promise<Instance> => {
  const { dataDir, ports, outside, namespace } = settings;
  mkdirSync(dataDir, { recursive: true });
  const record = new RunRecord(dataDir);
  await record.takeOver(say);
  const log = join(dataDir, 'handover.log');
  const note: Say = (line) => {
    appendFileSync(log, `${JSON.stringify({ time: new Date().toISOString(), service: 'local', msg: line })}\n`, { mode: 0o600 });
    say(line);
  };
  const supervisor = new Supervisor(record, note, options.restartPauses);
  const stop = async (): Promise<void> => {
    rmSync(join(dataDir, 'local.json'), { force: true });
    await supervisor.stop();
    record.clear();
  };

  try {
    await assertPortsFree(settings);
    const policy = settings.policy ?? policyIn(dataDir, options.policyText);
    loadPolicy(policy); // a bad one is said here, before anything runs
    const secrets = localSecrets(dataDir);
    const at = (port: number): string => `http://127.0.0.1:${port}`;
    let postgresUrl = outside.databaseUrl ?? '';
    const temporalAddress = outside.temporalAddress ?? `127.0.0.1:${ports.temporal}`;
    const temporalUi = process.env['HANDOVER_TEMPORAL_UI_URL'] || at(ports.temporalUi);
    const sandbox = outside.dialpad === null ? at(ports.sandbox) : null;

    if (outside.databaseUrl === null) {
      say('Starting PostgreSQL …');
      const output: Say = (line) => appendFileSync(log, `${JSON.stringify({ time: new Date().toISOString(), service: 'postgres', msg: line })}\n`);
      await supervisor.start({ name: 'postgres', start: async () => startPostgres({ dataDir, port: ports.postgres, onOutput: output }) });
      postgresUrl = `postgres://handover@127.0.0.1:${ports.postgres}/handover`;
    }
    if (outside.temporalAddress === null) {
      const { command } = await temporalCli(say);
      say('Starting the Temporal server …');
      await supervisor.start({
        name: 'temporal',
        start: () => startTemporal(command, { dataDir, log, port: ports.temporal, uiPort: ports.temporalUi, namespace }),
      });
    }
    if (sandbox !== null) {
      say('Starting the Dialpad sandbox …');
      await supervisor.start({
        name: 'sandbox',
        start: () =>
          startNode('apps/dialpad-sandbox', {
            log,
            url: `${sandbox}/sandbox/state`,
            args: ['--port', String(ports.sandbox), '--users', String(settings.users), '--seed', String(settings.seed), '--data-dir', join(dataDir, 'sandbox')],
          }),
      });
    }
    const logins = await serviceLogins(postgresUrl, process.env['DATABASE_OWNER_URL']);
    const env = {
      DATABASE_OWNER_URL: '',
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_NAMESPACE: namespace,
      HANDOVER_POLICY: policy,
      HANDOVER_MASTER_KEY_FILE: secrets.files.masterKey,
      HANDOVER_SECRETS_FILE: secrets.files.secrets,
      HANDOVER_ERASURES_FILE: process.env['HANDOVER_ERASURES_FILE'] || join(dataDir, 'erasures.ndjson'),
      HANDOVER_CHECKPOINT_KEY_FILE: secrets.files.checkpointKey,
      HANDOVER_CHECKPOINT_FILE: process.env['HANDOVER_CHECKPOINT_FILE'] || join(dataDir, 'checkpoints.txt'),
      HANDOVER_PACK_KEY_FILE: secrets.files.packKey,
      HANDOVER_PUBLIC_URL: at(ports.api),
      HANDOVER_TEMPORAL_UI_URL: temporalUi,
      HANDOVER_PORT: String(ports.api),
      HANDOVER_WORKER_PORT: String(ports.worker),
      DIALPAD_BASE_URL: outside.dialpad?.baseUrl ?? sandbox ?? '',
      DIALPAD_API_KEY_FILE: outside.dialpad?.keyFile ?? secrets.files.dialpadKey,
    };
    // A data folder may have been put back from a backup: who was erased since then is erased before anybody can look.
    const reshredded = await runReshred({ url: postgresUrl, masterKeyFile: secrets.files.masterKey, erasuresFile: env.HANDOVER_ERASURES_FILE, quiet: true });
    if (reshredded !== 0) throw new StartError('whoever was erased could not be checked to be erased; the reason is above');
    say('Starting the API and the worker …');
    await supervisor.start({
      name: 'api',
      start: () => startNode('apps/api', { log, env: { ...env, DATABASE_URL: logins.api }, url: `${at(ports.api)}/health/ready` }),
    });
    await supervisor.start({
      name: 'worker',
      start: () => startNode('apps/worker', { log, env: { ...env, DATABASE_URL: logins.worker }, url: `${at(ports.worker)}/health/ready` }),
    });

    const local = (): Local => ({
      pid: process.pid,
      api: at(ports.api),
      console: at(ports.api),
      temporalAddress,
      temporalNamespace: namespace,
      temporalUi,
      sandbox,
      postgresUrl,
      hooks: { generic: { url: `${at(ports.api)}/v1/hooks/generic`, secret: secrets.hookSecret } },
      apiKeys: secrets.apiKeys,
      policy,
      log,
      pids: supervisor.pids(),
    });
    const tell = (): void => {
      const file = join(dataDir, 'local.json');
      writeFileSync(`${file}.new`, JSON.stringify(local(), null, 2), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    };
    supervisor.onRestart = tell;
    tell();

    return { local: local(), masterKeyFile: secrets.files.masterKey, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

/**
 * Services never get an owner's URL: theirs are made here. A login from outside that owns nothing was prepared by somebody
 * and is used as it is; a database that is away is left to the services, which wait for it and do the same themselves.
 */
const serviceLogins = async (url: string, ownerUrl: string | undefined): Promise<{ readonly api: string; readonly worker: string }> => {
  try {
    if (ownerUrl) await migrateAt(ownerUrl);
    if (!(await ownsSchema(url))) return { api: url, worker: url };
    return { api: await loginFor('api', url), worker: await loginFor('worker', url) };
  } catch (error) {
    if (error instanceof SchemaError || error instanceof TooMuchRight) throw new StartError(error.message);
    if ((error as { code?: string }).code === 'ECONNREFUSED') return { api: url, worker: url };
    throw error;
  }
};

const policyIn = (dataDir: string, text: string | undefined): string => {
  const file = join(dataDir, 'policy.yaml');
  if (text !== undefined || !existsSync(file)) writeFileSync(file, text ?? DEFAULT_POLICY);
  return file;
};
