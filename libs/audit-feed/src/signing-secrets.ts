import { randomBytes } from 'node:crypto';
import type { Keyring } from '@handover/privacy';

export interface KeptSecret {
  readonly value: string;
  /** ISO instant until which it signs too; null: the current one. */
  readonly until: string | null;
}

/** How long a replaced secret still signs, so that a receiver can change over. */
export const OLD_SECRET_MS = 86_400_000;

export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** What a subscription's pushes are signed with, sealed for it alone. */
export class SigningSecrets {
  constructor(private readonly keyring: Keyring) {}

  async seal(id: string, secrets: readonly KeptSecret[]): Promise<Buffer> {
    return this.keyring.sealBytes(Buffer.from(JSON.stringify(secrets)), `subscription/${id}`);
  }

  async open({ id, secrets }: { readonly id: string; readonly secrets: Buffer }): Promise<readonly KeptSecret[]> {
    return JSON.parse((await this.keyring.openBytes(secrets, `subscription/${id}`)).toString('utf8')) as KeptSecret[];
  }
}
