import { createHmac } from 'node:crypto';

/** A secret as Standard Webhooks writes it: `whsec_` and base64 of 24 to 64 bytes. */
export interface SigningSecret {
  readonly reveal: () => string;
}

/** The three headers of Standard Webhooks. With two secrets (rotation) both sign, and either one verifies. */
export const signedHeaders = (id: string, body: Uint8Array, secrets: readonly SigningSecret[], nowMs: number): Readonly<Record<string, string>> => {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.reveal().replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  });

  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
};
