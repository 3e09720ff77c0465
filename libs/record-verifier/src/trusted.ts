import { readFileSync } from 'node:fs';
import { ED25519, notesIn, readStatement, statementsIn, type PublicKey } from '@handover/record-proof';

/** What cannot be used: a file that is not there, or not what it should be. Not a finding about the record. */
export class CannotVerify extends Error {}

/** What an auditor kept, out of the reach of those who run the system. */
export interface Trusted {
  readonly keys: readonly PublicKey[];
  /** Keys that sign evidence packs. */
  readonly packKeys: readonly PublicKey[];
  /** Signed checkpoints. */
  readonly notes: readonly string[];
  /** From key to key. */
  readonly statements: readonly string[];
}

export const readText = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new CannotVerify(`the file ${file} cannot be read`);
  }
};

interface KeysFile {
  readonly keys?: readonly (PublicKey & { readonly statement?: string })[];
  readonly packKeys?: readonly PublicKey[];
  readonly items?: readonly { readonly note: string }[];
}

const VKEY = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/;

/**
 * Keys in any form in which they are handed out: the answer of `GET /v1/audit/checkpoints` (with its checkpoints), a file of
 * checkpoints (the first key it tells of), or lines of `origin+id+base64`.
 * @throws CannotVerify
 */
export const keysIn = (file: string): Trusted => {
  const text = readText(file);
  if (text.trimStart().startsWith('{')) return inJson(text, file);
  const [first] = statementsIn(text).map(readStatement);
  if (first?.ok) return { keys: [first.said], packKeys: [], notes: notesIn(text), statements: statementsIn(text) };
  const keys = text
    .split('\n')
    .map((line) => VKEY.exec(line.trim()))
    .flatMap((match) => (match ? [keyOf(match[1] ?? '', match[2] ?? '', Buffer.from(match[3] ?? '', 'base64'))] : []));
  if (keys.length === 0) throw new CannotVerify(`the file ${file} holds no keys: expected the answer of GET /v1/audit/checkpoints, or lines of origin+id+key`);

  return { keys, packKeys: [], notes: [], statements: [] };
};

const keyOf = (origin: string, keyId: string, bytes: Buffer): PublicKey => {
  if (bytes[0] !== ED25519 || bytes.length !== 33) throw new CannotVerify(`the key ${keyId} is no Ed25519 key`);
  return { origin, keyId, publicKey: bytes.subarray(1).toString('base64') };
};

const inJson = (text: string, file: string): Trusted => {
  let read: KeysFile;
  try {
    read = JSON.parse(text) as KeysFile;
  } catch {
    throw new CannotVerify(`the file ${file} is no JSON with keys`);
  }
  if (!Array.isArray(read.keys) || read.keys.length === 0) throw new CannotVerify(`the file ${file} is no JSON with keys`);
  return {
    keys: read.keys,
    packKeys: read.packKeys ?? [],
    notes: (read.items ?? []).map(({ note }) => note),
    statements: read.keys.flatMap(({ statement }) => (statement === undefined ? [] : [statement])),
  };
};

/** Everything that was kept, of several files. @throws CannotVerify when a file of checkpoints holds none. */
export const trustedIn = (files: { readonly keys: string; readonly checkpoints?: readonly string[] }): Trusted => {
  const trusted = keysIn(files.keys);
  const more = (files.checkpoints ?? []).map((file) => {
    const text = readText(file);
    const notes = notesIn(text);
    if (notes.length === 0) throw new CannotVerify(`the file ${file} holds no checkpoint`);
    return { notes, statements: statementsIn(text) };
  });

  return {
    ...trusted,
    notes: [...trusted.notes, ...more.flatMap(({ notes }) => notes)],
    statements: [...trusted.statements, ...more.flatMap(({ statements }) => statements)],
  };
};
