import { z } from 'zod';
import { ConfigError, issuesText } from './config-error.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const file = z.string().min(1);

const postgres = z.string().regex(/^postgres(ql)?:\/\//, 'expected a URL like postgres://host/database');

const shared = {
  HANDOVER_ORIGIN: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'expected a name like handover.example.com')
    .default('handover'),
  DATABASE_URL: postgres,
  /** For migrations at the start; without it the schema has to be up to date, or DATABASE_URL the owner's. */
  DATABASE_OWNER_URL: postgres.optional(),
  HANDOVER_POLICY: file.optional(),
  HANDOVER_MASTER_KEY_FILE: file.optional(),
  /** What the file would hold, where secrets come by environment: read once, so that a rotation needs a restart. */
  HANDOVER_MASTER_KEYS: z.string().min(1).optional(),
  HANDOVER_SECRETS_FILE: file,
  /** One line per erased person, references only; best on another machine: read at the start, in case a backup was restored. */
  HANDOVER_ERASURES_FILE: file.optional(),
  HANDOVER_PUBLIC_URL: z.url().default('http://127.0.0.1:3900'),
  HANDOVER_TEMPORAL_UI_URL: z.url().default('http://127.0.0.1:8233'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  DIALPAD_BASE_URL: z.url(),
  DIALPAD_API_KEY_FILE: file,
};

export const apiEnv = z.object({
  HANDOVER_PACK_KEY_FILE: file.optional(),
  ...shared,
  HANDOVER_HOST: z.string().default('127.0.0.1'),
  HANDOVER_PORT: port.default(3900),
});
export const workerEnv = z.object({
  HANDOVER_CHECKPOINT_KEY_FILE: file.optional(),
  HANDOVER_CHECKPOINT_FILE: file.optional(),
  HANDOVER_CHECKPOINT_WEBHOOK: z.url().optional(),
  HANDOVER_CHECKPOINT_WEBHOOK_SECRET_FILE: file.optional(),
  ...shared,
  TEMPORAL_ADDRESS: z.string().min(1).default('127.0.0.1:7233'),
  HANDOVER_HOST: z.string().default('127.0.0.1'),
  HANDOVER_WORKER_PORT: port.default(0),
});

export type WorkerEnv = z.infer<typeof workerEnv>;

/** For the program that erases again after a restore: as the owner of the schema, where there are two logins. */
export const reshredEnv = z.object({
  DATABASE_URL: shared.DATABASE_URL,
  DATABASE_OWNER_URL: shared.DATABASE_URL.optional(),
  HANDOVER_MASTER_KEY_FILE: shared.HANDOVER_MASTER_KEY_FILE,
  HANDOVER_MASTER_KEYS: shared.HANDOVER_MASTER_KEYS,
  HANDOVER_ERASURES_FILE: shared.HANDOVER_ERASURES_FILE,
});

/** @throws ConfigError naming every variable that is missing or wrong, and what was expected; never a value. */
export const readEnv = <S extends z.ZodType>(schema: S, env: Readonly<Record<string, string | undefined>>): z.infer<S> => {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(set);
  if (!parsed.success) throw new ConfigError(`the environment is not complete:\n${issuesText(parsed.error)}`);

  return parsed.data;
};
