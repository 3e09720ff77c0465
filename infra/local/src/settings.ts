import { resolve } from 'node:path';
import { StartError, assertFree, freePort } from '@handover/servers';

export interface Settings {
  readonly dataDir: string;
  readonly ports: Readonly<Record<PortName, number>>;
  /** Parts from outside; then they are not started. */
  readonly outside: {
    readonly databaseUrl: string | null;
    readonly temporalAddress: string | null;
    readonly dialpad: { readonly baseUrl: string; readonly keyFile: string } | null;
  };
  readonly namespace: string;
  /** `HANDOVER_POLICY`, or null for the one in the data folder. */
  readonly policy: string | null;
  readonly users: number;
  readonly seed: number;
}

export const portNames = ['api', 'sandbox', 'postgres', 'temporal', 'temporalUi', 'worker'] as const;
export type PortName = (typeof portNames)[number];

const PORTS: Readonly<Record<PortName, { readonly says: string; readonly variable: string; readonly flag: string; readonly usual: number }>> = {
  api: { says: 'the API', variable: 'HANDOVER_PORT', flag: 'port', usual: 3900 },
  sandbox: { says: 'the Dialpad sandbox', variable: 'HANDOVER_SANDBOX_PORT', flag: 'sandbox-port', usual: 3910 },
  postgres: { says: 'PostgreSQL', variable: 'HANDOVER_POSTGRES_PORT', flag: 'postgres-port', usual: 3932 },
  temporal: { says: 'Temporal', variable: 'HANDOVER_TEMPORAL_PORT', flag: 'temporal-port', usual: 7233 },
  temporalUi: { says: 'the Temporal UI', variable: 'HANDOVER_TEMPORAL_UI_PORT', flag: 'temporal-ui-port', usual: 8233 },
  worker: { says: "the worker's health", variable: 'HANDOVER_WORKER_PORT', flag: 'worker-port', usual: 3901 },
};

export type Env = Readonly<Record<string, string | undefined>>;

export const portFlags = Object.values(PORTS).map(({ flag }) => flag);

/** From the environment, over which a flag wins. @throws StartError with one sentence and its remedy. */
export const readSettings = (root: string, env: Env, flags: Readonly<Record<string, string | undefined>>): Settings => {
  const port = (name: PortName): number => {
    const { variable, flag, usual } = PORTS[name];
    const said = flags[flag] ?? env[variable];
    const number = said === undefined || said === '' ? usual : Number(said);
    if (!Number.isInteger(number) || number < 1 || number > 65_535) throw new StartError(`${variable} must be a port from 1 to 65535, and is ${said}`);
    return number;
  };

  return {
    dataDir: resolve(root, flags['data-dir'] ?? env['HANDOVER_DATA_DIR'] ?? '.data'),
    ports: Object.fromEntries(portNames.map((name) => [name, port(name)])) as Record<PortName, number>,
    outside: outsideOf(env),
    namespace: env['TEMPORAL_NAMESPACE'] || 'default',
    policy: absolute(flags['policy'] ?? env['HANDOVER_POLICY']),
    users: 60,
    seed: 1,
  };
};

/** Parts run in another folder than the command that starts them. */
const absolute = (path: string | undefined): string | null => (path ? resolve(path) : null);

export const outsideOf = (env: Env): Settings['outside'] => {
  const baseUrl = env['DIALPAD_BASE_URL'];
  const keyFile = env['DIALPAD_API_KEY_FILE'];
  if (baseUrl && !keyFile) throw new StartError('DIALPAD_BASE_URL is set, so DIALPAD_API_KEY_FILE must name a file with a Dialpad API key');

  return {
    databaseUrl: env['DATABASE_URL'] || null,
    temporalAddress: env['TEMPORAL_ADDRESS'] || null,
    dialpad: baseUrl && keyFile ? { baseUrl, keyFile } : null,
  };
};

export const freePorts = async (): Promise<Settings['ports']> => {
  const found: Partial<Record<PortName, number>> = {};
  for (const name of portNames) {
    let port = await freePort();
    while (Object.values(found).includes(port)) port = await freePort();
    found[name] = port;
  }
  return found as Record<PortName, number>;
};

/** @throws StartError naming the first port that somebody else holds. */
export const assertPortsFree = async ({ ports, outside }: Settings): Promise<void> => {
  for (const name of portNames) {
    const isOutside =
      (name === 'postgres' && outside.databaseUrl !== null) ||
      (name === 'sandbox' && outside.dialpad !== null) ||
      ((name === 'temporal' || name === 'temporalUi') && outside.temporalAddress !== null);
    if (!isOutside) await assertFree(ports[name], PORTS[name].says, PORTS[name].variable, PORTS[name].flag);
  }
};
