import { chainHash, eventLeaf, logLeaf, readEntry, readNote, sha256, writeEntry, type Fault, type LogEntry, type PublicKey } from '@handover/record-proof';
import { equal, provesInclusion } from '@handover/merkle';
import { fieldsIn, readableOf, textIn } from './event.ts';

/** Single events of another stream, each with the hash before it: unchanged and in the log, without what lies between them. */
export interface Related {
  readonly events: readonly string[];
  /** Base64 of the hash of the event before each in its stream; empty for the first. */
  readonly previous: readonly string[];
  readonly proofs: readonly (readonly string[])[];
}

export interface RelatedEntry {
  readonly entry: LogEntry;
  readonly previous: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

export const relatedOf = (entries: readonly RelatedEntry[]): Related => ({
  events: entries.map(({ entry }) => writeEntry(entry)),
  previous: entries.map(({ previous }) => base64(previous)),
  proofs: entries.map(({ proof }) => proof.map(base64)),
});

/** Which of a person's events belong to a case: the facts it follows, its beginning and end, holds, and the person's erasure. */
export const belongsTo = (caseId: string, factIds: ReadonlySet<string>, entry: LogEntry): boolean => {
  const { type, data } = readableOf(entry);
  if (type === 'FactRecorded') return factIds.has(textIn(fieldsIn(data, 'fact') ?? {}, 'id') ?? '');
  if (type === 'CaseBegan' || type === 'CaseEnded') return textIn(data, 'caseId') === caseId;
  return type.startsWith('LegalHold') || type === 'PersonErased' || type === 'RetentionApplied';
};

export const verifyRelated = ({ events, previous, proofs }: Related, checkpoint: string, keys: readonly PublicKey[]): readonly Fault[] => {
  const said = readNote(checkpoint, keys);
  if (!said.ok) return []; // said once, for the case's own events
  const { size, root } = said.checkpoint;

  return events.flatMap((line, index) => {
    const entry = readEntry(line, index + 1);
    const fault = (what: string): Fault => ({ position: entry.position, stream: entry.stream, version: entry.version, what });
    const faults: Fault[] = [];
    if (!equal(chainHash(bytesOf(previous[index] ?? ''), eventLeaf(entry)), entry.hash))
      faults.push(fault('the content does not have the hash it is stored with'));
    if (!provesInclusion(sha256, { leaf: logLeaf(entry.hash), index: entry.position, size, root }, (proofs[index] ?? []).map(bytesOf)))
      faults.push(fault('the proof does not lead to the signed checkpoint'));
    return faults;
  });
};
