import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/** The log at one moment: so many leaves, this root. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

export interface Signer {
  readonly origin: string;
  /** Names the key in notes: four bytes of a hash over origin and key, as C2SP's signed notes do. */
  readonly keyId: string;
  /** Base64 of the raw 32 bytes. */
  readonly publicKey: string;
  readonly note: (checkpoint: Pick<Checkpoint, 'size' | 'root'>) => string;
}

export interface PublicKey {
  readonly origin: string;
  readonly keyId: string;
  readonly publicKey: string;
}

const ED25519 = 1;
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

const keyHash = (origin: string, raw: Uint8Array): Buffer =>
  createHash('sha256')
    .update(Buffer.concat([Buffer.from(`${origin}\n`), Buffer.from([ED25519]), raw]))
    .digest()
    .subarray(0, 4);

const rawOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' }).subarray(SPKI_PREFIX.length);

/** `pem`: an Ed25519 private key (`openssl genpkey -algorithm ed25519`). @throws Error when it is another kind of key. */
export const signerOf = (pem: string, origin: string): Signer => {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the checkpoint key must be an Ed25519 private key: openssl genpkey -algorithm ed25519');
  const raw = rawOf(createPublicKey(key));
  const id = keyHash(origin, raw);

  return {
    origin,
    keyId: id.toString('hex'),
    publicKey: raw.toString('base64'),
    note: (checkpoint) => {
      const text = textOf({ origin, ...checkpoint });
      return `${text}\n\u2014 ${origin} ${Buffer.concat([id, sign(null, Buffer.from(text), key)]).toString('base64')}\n`;
    },
  };
};

/** C2SP tlog-checkpoint: origin, size, root, each on a line of its own. */
const textOf = ({ origin, size, root }: Checkpoint): string => `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;

export type ReadNote = { readonly ok: true; readonly checkpoint: Checkpoint; readonly keyId: string } | { readonly ok: false; readonly why: string };

/** Reads a signed checkpoint and checks its signature by any of the keys. */
export const readNote = (note: string, keys: readonly PublicKey[]): ReadNote => {
  const at = note.indexOf('\n\n');
  const [origin = '', size = '', root = ''] = note.split('\n');
  const rootBytes = Buffer.from(root, 'base64');
  if (at < 0 || !/^\d{1,15}$/.test(size) || rootBytes.length !== 32) return { ok: false, why: 'this is no checkpoint' };
  const checkpoint = { origin, size: Number(size), root: new Uint8Array(rootBytes) };
  const text = note.slice(0, at + 1);
  if (text !== textOf(checkpoint)) return { ok: false, why: 'the checkpoint has lines that do not belong to it' };

  const signatures = note
    .slice(at + 2)
    .split('\n')
    .filter((line) => line.startsWith('\u2014 '))
    .map((line) => Buffer.from(line.split(' ')[2] ?? '', 'base64'));
  for (const signature of signatures) {
    const keyId = signature.subarray(0, 4).toString('hex');
    const known = keys.find((key) => key.keyId === keyId && key.origin === origin);
    if (!known) continue;
    const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, Buffer.from(known.publicKey, 'base64')]), type: 'spki', format: 'der' });
    return verify(null, Buffer.from(text), key, signature.subarray(4)) ? { ok: true, checkpoint, keyId } : { ok: false, why: 'the signature is wrong' };
  }

  return { ok: false, why: 'none of the known keys has signed it' };
};
