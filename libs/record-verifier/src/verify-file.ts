import { createReadStream, openSync, readSync, closeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { verifyPack, type EvidencePack } from '@handover/evidence';
import { BadLine, LogVerifier, followKeys, readLine, type ExportVerified, type Fault, type VerifierOptions } from '@handover/record-proof';
import { CannotVerify, readText, type Trusted } from './trusted.ts';

export type Outcome =
  | ({ readonly kind: 'export' } & ExportVerified)
  | {
      readonly kind: 'evidence';
      readonly case: string;
      readonly events: number;
      readonly related: number;
      readonly faultCount: number;
      readonly faults: readonly Fault[];
    };

export type VerifyOptions = Pick<VerifierOptions, 'olderExport'>;

const GZIP = [0x1f, 0x8b];

const startOf = (file: string): Buffer => {
  const start = Buffer.alloc(4_096);
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    throw new CannotVerify(`the file ${file} cannot be read`);
  }
  try {
    return start.subarray(0, readSync(descriptor, start, 0, start.length, 0));
  } finally {
    closeSync(descriptor);
  }
};

/** An export of the record or an evidence pack of one case, whichever it is; compressed or not. @throws CannotVerify */
export const verifyFile = async (file: string, trusted: Trusted, options: VerifyOptions = {}): Promise<Outcome> => {
  const start = startOf(file);
  if (start.length === 0) throw new CannotVerify(`the file ${file} is empty`);
  const isZipped = start[0] === GZIP[0] && start[1] === GZIP[1];

  return !isZipped && /"kind":\s*"handover-evidence"/.test(start.toString('utf8'))
    ? verifyEvidence(file, trusted)
    : verifyExportFile(file, isZipped, trusted, options);
};

/** Line by line: a million events need no more memory than their streams. */
const verifyExportFile = async (file: string, isZipped: boolean, { keys, notes, statements }: Trusted, options: VerifyOptions): Promise<Outcome> => {
  const verifier = new LogVerifier({ keys, notes, statements, ...options });
  const source = createReadStream(file);
  const input = isZipped ? source.pipe(createGunzip()) : source;
  const lines = createInterface({ input, crlfDelay: Infinity });
  let number = 0;
  let broken: string | null = null;
  input.once('error', () => lines.close());
  try {
    for await (const line of lines) {
      number += 1;
      if (line !== '') verifier.add(readLine(line, number));
    }
    // Reading stops in silence when the input breaks between two lines.
    if (input.errored) throw input.errored;
  } catch (error) {
    if (!(error instanceof BadLine) && !isDamage(error)) throw new CannotVerify(`the file ${file} cannot be read: ${(error as Error).message}`);
    broken = (error as Error).message;
  } finally {
    source.destroy();
  }
  const verified = verifier.end();
  const fault: Fault | null = broken === null ? null : { position: null, stream: null, version: null, what: broken };

  return { kind: 'export', ...verified, faultCount: verified.faultCount + (fault ? 1 : 0), faults: fault ? [fault, ...verified.faults] : verified.faults };
};

/** What zlib says of bytes that are not what was compressed. */
const isDamage = (error: unknown): boolean => String((error as { code?: unknown }).code).startsWith('Z_');

const verifyEvidence = (file: string, { keys, packKeys, statements }: Trusted): Outcome => {
  let pack: EvidencePack;
  try {
    pack = JSON.parse(readText(file)) as EvidencePack;
  } catch (error) {
    if (error instanceof CannotVerify) throw error;
    throw new CannotVerify(`the file ${file} is no evidence pack: it is not even JSON`);
  }
  if (pack.version !== 2) throw new CannotVerify(`the file ${file} is an evidence pack of version ${String(pack.version)}; this verifier knows version 2`);
  // The pack brings the statements of the keys that came after the one that is known; they are believed for their signatures.
  const brought = (pack.keys as readonly { readonly statement?: string }[]).flatMap(({ statement }) => statement ?? []);
  const followed = followKeys(keys, [...statements, ...brought]);
  const verified = verifyPack(pack, { keys: followed.keys, packKeys });
  const faults = [...followed.faults.map((what): Fault => ({ position: null, stream: null, version: null, what })), ...verified.faults];

  return { kind: 'evidence', case: pack.case.id, events: verified.events, related: verified.related, faultCount: faults.length, faults };
};
