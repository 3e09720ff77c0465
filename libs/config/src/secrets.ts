import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError, issuesText } from './config-error.ts';

/** A value that must never be printed: every way to turn it into text says `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}

const secretsFile = z.object({
  apiKeys: z.array(z.object({ actor: z.string().min(1), roles: z.array(z.string()), sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
  hooks: z
    .record(z.string(), z.object({ scheme: z.literal('standard-webhooks'), secrets: z.array(z.string().startsWith('whsec_')).min(1).max(2) }))
    .default({}),
});

export interface ApiKey {
  readonly actor: string;
  readonly roles: readonly string[];
  /** Hex SHA-256 of the key; the key itself is nowhere. */
  readonly sha256: string;
}

export interface Secrets {
  readonly apiKeys: readonly ApiKey[];
  readonly hooks: Readonly<Record<string, { readonly scheme: 'standard-webhooks'; readonly secrets: readonly Secret[] }>>;
}

export const loadSecrets = (file: string): Secrets => {
  const parsed = secretsFile.safeParse(JSON.parse(readSecretText(file)));
  if (!parsed.success) throw new ConfigError(`the secrets file is not valid:\n${issuesText(parsed.error)}`);
  const hooks = Object.entries(parsed.data.hooks).map(
    ([source, hook]) => [source, { scheme: hook.scheme, secrets: hook.secrets.map((each) => new Secret(each)) }] as const,
  );

  return { apiKeys: parsed.data.apiKeys, hooks: Object.fromEntries(hooks) };
};

/** Roles by actor id: the directory against which decisions are judged, whatever channel they come through. */
export const rolesOf = (secrets: Secrets): ReadonlyMap<string, readonly string[]> => new Map(secrets.apiKeys.map((key) => [key.actor, key.roles]));

export const loadSecretFile = (file: string): Secret => new Secret(readSecretText(file).trim());

/** A group may read: Kubernetes mounts secrets for the group of the pod. Everybody may not. */
const READABLE_BY_OTHERS = 0o007;

const readSecretText = (file: string): string => {
  try {
    if ((statSync(file).mode & READABLE_BY_OTHERS) !== 0)
      throw new ConfigError(`the file ${file} holds a secret and is open to everybody on this machine; chmod 600 it`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`the file ${file} cannot be read; check the path and its owner`);
  }
};
