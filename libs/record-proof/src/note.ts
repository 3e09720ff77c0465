import { createHash, createPublicKey, verify } from 'node:crypto';

/** C2SP signed notes: a text, an empty line, and signature lines of `— name base64(key id ‖ signature)`. */
export interface SignedNote {
  /** With its last newline: exactly what is signed. */
  readonly text: string;
  readonly signatures: readonly { readonly name: string; readonly keyId: string; readonly bytes: Uint8Array }[];
}

export interface PublicKey {
  readonly origin: string;
  /** Names the key in notes: four bytes of a hash over origin and key, as C2SP's signed notes do. */
  readonly keyId: string;
  /** Base64 of the raw 32 bytes. */
  readonly publicKey: string;
}

/** Kinds of signature in C2SP's signed notes. */
export const ED25519 = 1;
export const COSIGNATURE = 4;

export const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Four bytes in hex: which key, and for which kind of signature. */
export const keyIdOf = (origin: string, publicKey: string, kind = ED25519): string =>
  createHash('sha256')
    .update(Buffer.concat([Buffer.from(`${origin}\n`), Buffer.from([kind]), Buffer.from(publicKey, 'base64')]))
    .digest('hex')
    .slice(0, 8);

/** The key as tools for signed notes take it: `origin+id+base64`. */
export const vkeyOf = ({ origin, keyId, publicKey }: PublicKey): string =>
  `${origin}+${keyId}+${Buffer.concat([Buffer.from([ED25519]), Buffer.from(publicKey, 'base64')]).toString('base64')}`;

export const signatureLine = (origin: string, keyId: string, bytes: Uint8Array): string =>
  `\u2014 ${origin} ${Buffer.concat([Buffer.from(keyId, 'hex'), bytes]).toString('base64')}\n`;

/** Null when this is no signed note. */
export const parseNote = (note: string): SignedNote | null => {
  const at = note.lastIndexOf('\n\n');
  const lines = at < 0 ? [] : note.slice(at + 2).split('\n');
  const signatures = lines.slice(0, -1).map((line) => /^\u2014 (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line));
  if (at < 0 || lines[lines.length - 1] !== '' || signatures.length === 0 || signatures.includes(null)) return null;

  return {
    text: note.slice(0, at + 1),
    signatures: signatures.map((match) => {
      const bytes = Buffer.from(match?.[2] ?? '', 'base64');
      return { name: match?.[1] ?? '', keyId: bytes.subarray(0, 4).toString('hex'), bytes: new Uint8Array(bytes.subarray(4)) };
    }),
  };
};

export const isSignedBy = ({ publicKey }: Pick<PublicKey, 'publicKey'>, text: string, signature: Uint8Array): boolean => {
  try {
    const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, Buffer.from(publicKey, 'base64')]), type: 'spki', format: 'der' });
    return verify(null, Buffer.from(text), key, signature);
  } catch {
    return false; // no Ed25519 key at all
  }
};
