import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { MasterKeyError, type MasterKey } from './master-key.ts';

/** A key of a Transit secrets engine (HashiCorp Vault, OpenBao): it never leaves there, and both calls are in its audit log. */
export interface TransitKey {
  /** `https://vault.example.com:8200` */
  readonly address: string;
  readonly mount: string;
  readonly key: string;
  /** Version of the Transit key to wrap under; without one, its newest. Unwrapping finds the version by itself. */
  readonly version?: number | undefined;
  /** Read for every call, so that an agent may renew the token. */
  readonly tokenFile: string;
  readonly namespace?: string | undefined;
}

const TIMEOUT_MS = 5_000;
const TRIES = 3;

const encrypted = z.object({ data: z.object({ ciphertext: z.string().regex(/^vault:v\d+:/) }) });
const decrypted = z.object({ data: z.object({ plaintext: z.base64() }) });

/** https://developer.hashicorp.com/vault/api-docs/secret/transit: `associated_data` is bound to the ciphertext. */
export const transitMasterKey = (id: string, at: TransitKey): MasterKey => {
  const call = async <T>(verb: 'encrypt' | 'decrypt', body: object, schema: z.ZodType<T>): Promise<T> => {
    for (let tries = 1; ; tries += 1) {
      const answer = await post(at, verb, body);
      if (answer.ok) return schema.parse(await answer.json());
      // 429, 5xx and a sealed or standby Vault pass; a wrong token or a wrong ciphertext does not.
      if (answer.status < 429 || tries >= TRIES)
        throw new MasterKeyError('unavailable', `the KMS of master key ${id} answered HTTP ${answer.status} to ${verb}; look at its audit log`);
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** tries));
    }
  };
  const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes as Uint8Array).toString('base64');

  return {
    id,
    wrap: async (key, context) => {
      const version = at.version === undefined ? {} : { key_version: at.version };
      const { data } = await call('encrypt', { plaintext: base64(key), associated_data: base64(context), ...version }, encrypted);
      return Buffer.from(data.ciphertext, 'utf8');
    },
    unwrap: async (wrapped, context) => {
      const body = { ciphertext: Buffer.from(wrapped).toString('utf8'), associated_data: base64(context) };
      return Buffer.from((await call('decrypt', body, decrypted)).data.plaintext, 'base64');
    },
  };
};

const post = async ({ address, mount, key, tokenFile, namespace }: TransitKey, verb: string, body: object): Promise<Response> => {
  const url = new URL(`/v1/${mount}/${verb}/${encodeURIComponent(key)}`, address);
  try {
    const token = (await readFile(tokenFile, 'utf8')).trim();
    return await fetch(url, {
      method: 'POST',
      headers: {
        'x-vault-token': token,
        'x-vault-request': 'true',
        'content-type': 'application/json',
        ...(namespace ? { 'x-vault-namespace': namespace } : {}),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    throw new MasterKeyError('unavailable', `the KMS at ${url.origin} cannot be reached, or its token file cannot be read`, { cause: error });
  }
};
