import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { canonicalJson } from '@handover/event-store';
import type { PublicKey } from '@handover/record-proof';

export interface PackSignature {
  readonly algorithm: 'Ed25519';
  /** What was signed. */
  readonly over: string;
  readonly origin: string;
  readonly keyId: string;
  /** Base64. */
  readonly value: string;
}

export interface PackSigner extends PublicKey {
  readonly sign: (pack: object) => PackSignature;
}

const OVER = 'the line handover-evidence-pack/v2, then the pack without its signature, in the form of RFC 8785';
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Everything of the pack but the signature, in the one way to write it; another kind of document never has these bytes. */
const signedBytes = (pack: object): Buffer => {
  const { signature: _own, ...rest } = pack as { signature?: unknown };
  return Buffer.from(`handover-evidence-pack/v2\n${canonicalJson(rest)}`);
};

const rawOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' }).subarray(SPKI_PREFIX.length);

/** `pem`: an Ed25519 private key of its own, not the one of checkpoints. @throws Error when it is another kind of key. */
export const packSignerOf = (pem: string, origin: string): PackSigner => {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the pack key must be an Ed25519 private key: openssl genpkey -algorithm ed25519');
  const raw = rawOf(createPublicKey(key));
  const known = { origin, keyId: createHash('sha256').update(`${origin}/pack\n`).update(raw).digest('hex').slice(0, 8), publicKey: raw.toString('base64') };

  return {
    ...known,
    sign: (pack) => ({ algorithm: 'Ed25519', over: OVER, origin, keyId: known.keyId, value: sign(null, signedBytes(pack), key).toString('base64') }),
  };
};

/** Null: by one of these keys, over exactly this pack. Else why not. */
export const whyNotSigned = (pack: { readonly signature?: unknown }, keys: readonly PublicKey[]): string | null => {
  const signature = pack.signature as Partial<PackSignature> | null | undefined;
  if (typeof signature !== 'object' || signature === null) return 'the pack is not signed';
  if (signature.algorithm !== 'Ed25519' || signature.over !== OVER) return 'the pack is signed in a way that this verifier does not know';
  const value = Buffer.from(String(signature.value), 'base64');
  if (value.toString('base64') !== signature.value) return 'the signature of the pack cannot be read';
  const known = keys.find((key) => key.keyId === signature.keyId && key.origin === signature.origin);
  if (!known) return 'none of the known pack keys has signed the pack (packKeys of GET /v1/audit/checkpoints)';
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, Buffer.from(known.publicKey, 'base64')]), type: 'spki', format: 'der' });
  return verify(null, signedBytes(pack), key, value) ? null : 'the signature of the pack is wrong: something in it was changed';
};
