import { equal, provesInclusion } from '@handover/merkle';
import { readNote } from './checkpoint.ts';
import type { PublicKey } from './note.ts';
import { chainHash, eventLeaf, logLeaf, sha256 } from './hashing.ts';
import { readEntry, writeEntry, type LogEntry } from './entry.ts';
import type { Fault } from './faults.ts';

/** A case's events with all that is needed to prove them, readable for ever and without us. */
export interface Proofs {
  /** Lines as in an export. */
  readonly events: readonly string[];
  /** Base64 hashes from each event to the checkpoint's root, in the order of the events. */
  readonly proofs: readonly (readonly string[])[];
  readonly checkpoint: string;
}

export const proofsOf = (entries: readonly LogEntry[], proofs: readonly (readonly Uint8Array[])[], checkpoint: string): Proofs => ({
  events: entries.map(writeEntry),
  proofs: proofs.map((proof) => proof.map((hash) => Buffer.from(hash).toString('base64'))),
  checkpoint,
});

/** Complete from the stream's first event, unchanged, and covered by a checkpoint that one of the keys has signed. */
export const verifyProofs = ({ events, proofs, checkpoint }: Proofs, keys: readonly PublicKey[]): readonly Fault[] => {
  const said = readNote(checkpoint, keys);
  if (!said.ok) return [{ position: null, stream: null, version: null, what: `the checkpoint cannot be relied on: ${said.why}` }];
  const { size, root } = said.checkpoint;
  const faults: Fault[] = [];
  let head: Uint8Array = new Uint8Array();
  let stream: string | null = null;

  events.forEach((line, index) => {
    const entry = readEntry(line, index + 1);
    const fault = (what: string): void => void faults.push({ position: entry.position, stream: entry.stream, version: entry.version, what });
    if (entry.version !== index + 1) fault(`version ${index + 1} of the stream is missing`);
    if (stream !== null && entry.stream !== stream) fault('the event is of another stream');
    stream = entry.stream;
    if (!equal(chainHash(head, eventLeaf(entry)), entry.hash)) fault('the content does not have the hash it is stored with');
    head = entry.hash;
    const proof = (proofs[index] ?? []).map((hash) => new Uint8Array(Buffer.from(hash, 'base64')));
    if (!provesInclusion(sha256, { leaf: logLeaf(entry.hash), index: entry.position, size, root }, proof))
      fault('the proof does not lead to the signed checkpoint');
  });

  return faults;
};
