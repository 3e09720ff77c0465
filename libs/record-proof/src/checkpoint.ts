import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { COSIGNATURE, SPKI_PREFIX, isSignedBy, keyIdOf, parseNote, signatureLine, type PublicKey } from './note.ts';

/** The log at one moment: so many leaves, this root. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

export interface Signer extends PublicKey {
  /** A signed checkpoint; its time (to the second) is signed with it. */
  readonly note: (checkpoint: Pick<Checkpoint, 'size' | 'root'>, at: Date) => string;
  /** A signature line under any other text, which must end with a newline. */
  readonly line: (text: string) => string;
}

/** `pem`: an Ed25519 private key (`openssl genpkey -algorithm ed25519`). @throws Error when it is another kind of key. */
export const signerOf = (pem: string, origin: string): Signer => {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the checkpoint key must be an Ed25519 private key: openssl genpkey -algorithm ed25519');
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(SPKI_PREFIX.length).toString('base64');
  const keyId = keyIdOf(origin, publicKey);
  const signed = (text: string): Buffer => sign(null, Buffer.from(text), key);
  const line = (text: string): string => signatureLine(origin, keyId, signed(text));

  return {
    origin,
    keyId,
    publicKey,
    line,
    note: (checkpoint, at) => {
      const text = textOf({ origin, ...checkpoint });
      const seconds = Math.floor(at.getTime() / 1000);
      const timed = Buffer.concat([bigEndian(seconds), signed(timedText(seconds, text))]);
      return `${text}\n${line(text)}${signatureLine(origin, keyIdOf(origin, publicKey, COSIGNATURE), timed)}`;
    },
  };
};

/** C2SP tlog-checkpoint: origin, size, root, each on a line of its own. */
const textOf = ({ origin, size, root }: Checkpoint): string => `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;

/** C2SP tlog-cosignature: the same text with the time it was signed at. */
const timedText = (seconds: number, text: string): string => `cosignature/v1\ntime ${seconds}\n${text}`;

const bigEndian = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};

export type ReadNote =
  | { readonly ok: true; readonly checkpoint: Checkpoint; readonly keyId: string; /** ISO instant, where the time is signed. */ readonly at: string | null }
  | { readonly ok: false; readonly why: string };

/** A key with what is known of its time: after it was replaced at a size of the log, it signs no larger log. */
export interface KnownKey extends PublicKey {
  readonly until?: number | null;
}

/** Reads a signed checkpoint and checks its signature by any of the keys. */
export const readNote = (note: string, keys: readonly KnownKey[]): ReadNote => {
  const parsed = parseNote(note);
  const [origin = '', size = '', root = ''] = parsed?.text.split('\n') ?? [];
  const rootBytes = Buffer.from(root, 'base64');
  if (!parsed || !/^\d{1,15}$/.test(size) || rootBytes.length !== 32) return { ok: false, why: 'this is no checkpoint' };
  const checkpoint = { origin, size: Number(size), root: new Uint8Array(rootBytes) };
  const { text, signatures } = parsed;
  if (text !== textOf(checkpoint)) return { ok: false, why: 'the checkpoint has lines that do not belong to it' };

  const of = (keyId: string): Uint8Array | undefined => signatures.find((each) => each.keyId === keyId && each.name === origin)?.bytes;
  const known = keys.find((key) => key.origin === origin && of(key.keyId) !== undefined);
  if (!known) return { ok: false, why: 'none of the known keys has signed it' };
  if (!isSignedBy(known, text, of(known.keyId) as Uint8Array)) return { ok: false, why: 'the signature is wrong' };
  if (known.until != null && checkpoint.size > known.until)
    return { ok: false, why: `the key ${known.keyId} has signed it after it was replaced at ${known.until} events` };

  const timed = of(keyIdOf(origin, known.publicKey, COSIGNATURE));
  if (timed === undefined) return { ok: true, checkpoint, keyId: known.keyId, at: null };
  const seconds = Number(Buffer.from(timed.subarray(0, 8)).readBigUInt64BE());
  if (!isSignedBy(known, timedText(seconds, text), timed.subarray(8))) return { ok: false, why: 'the signature of its time is wrong' };

  return { ok: true, checkpoint, keyId: known.keyId, at: new Date(seconds * 1000).toISOString() };
};

/** Signed notes follow each other in a file that an auditor keeps; each begins with its origin and ends with its signature lines. */
export const notesIn = (text: string): readonly string[] =>
  [...text.matchAll(/[^\n]+\n\d+\n[A-Za-z0-9+/]{43}=\n\n(?:\u2014 [^\n]+\n)+/g)].map(([note]) => note);
