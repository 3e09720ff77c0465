import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Actors of a local instance, each with a key of its own. */
const ROLES = {
  admin: ['admin', 'operator'],
  operator: ['operator'],
  approver: ['approver'],
  approver2: ['approver'],
  requester: ['requester'],
  auditor: ['auditor'],
} as const;
export type ActorName = keyof typeof ROLES;

export interface LocalSecrets {
  readonly apiKeys: Readonly<Record<ActorName, string>>;
  readonly hookSecret: string;
  readonly files: {
    readonly secrets: string;
    readonly masterKey: string;
    readonly dialpadKey: string;
    readonly checkpointKey: string;
    readonly packKey: string;
  };
}

interface Kept {
  readonly apiKeys: Record<ActorName, string>;
  readonly hookSecret: string;
}

/** Made once per data folder, readable by its owner only. The service itself gets hashes of the API keys, not the keys. */
export const localSecrets = (dataDir: string): LocalSecrets => {
  const folder = join(dataDir, 'secrets');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = {
    secrets: join(folder, 'secrets.json'),
    masterKey: join(folder, 'master.key'),
    dialpadKey: join(folder, 'dialpad.key'),
    checkpointKey: join(folder, 'checkpoint.pem'),
    packKey: join(folder, 'pack.pem'),
  };
  const kept = once(join(folder, 'local-keys.json'), () => JSON.stringify(fresh(), null, 2));
  once(files.masterKey, () => randomBytes(32).toString('base64'));
  once(files.dialpadKey, () => `sandbox-${randomBytes(12).toString('hex')}`);
  for (const file of [files.checkpointKey, files.packKey])
    once(file, () => String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })));
  const { apiKeys, hookSecret } = JSON.parse(kept) as Kept;
  const actors = Object.entries(ROLES).map(([actor, roles]) => ({
    actor,
    roles: [...roles],
    sha256: createHash('sha256')
      .update(apiKeys[actor as ActorName])
      .digest('hex'),
  }));
  write(files.secrets, JSON.stringify({ apiKeys: actors, hooks: { generic: { scheme: 'standard-webhooks', secrets: [hookSecret] } } }, null, 2));

  return { apiKeys, hookSecret, files };
};

const fresh = (): Kept => ({
  apiKeys: Object.fromEntries(Object.keys(ROLES).map((actor) => [actor, `hk_${randomBytes(24).toString('base64url')}`])) as Record<ActorName, string>,
  hookSecret: `whsec_${randomBytes(32).toString('base64')}`,
});

const once = (file: string, make: () => string): string => {
  if (!existsSync(file)) write(file, make());
  return readFileSync(file, 'utf8');
};

const write = (file: string, text: string): void => {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
};
