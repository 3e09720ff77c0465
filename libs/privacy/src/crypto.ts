import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';

const NONCE = 12;
const TAG = 16;

/** A key for one purpose: knowing one tells nothing about the master key or about another purpose. */
export const subKey = (master: Uint8Array, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), `handover/v1/${purpose}`, 32));

/** AES-256-GCM as nonce | ciphertext | tag. A nonce is never used twice with another text under the same key. */
export const encrypt = (key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, context: string): Buffer => {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
};

/** @throws when a bit of text, context or tag was changed. */
export const decrypt = (key: Uint8Array, sealed: Uint8Array, context: string): Buffer => {
  const bytes = Buffer.from(sealed);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE)).setAAD(Buffer.from(context));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG));

  return Buffer.concat([decipher.update(bytes.subarray(NONCE, bytes.length - TAG)), decipher.final()]);
};

/** A nonce that follows from what is sealed: a retry seals to the same bytes, another text never meets the same nonce. */
export const syntheticNonce = (key: Uint8Array, context: string, plain: Uint8Array): Buffer =>
  createHmac('sha256', key).update(context).update('\0').update(plain).digest().subarray(0, NONCE);
