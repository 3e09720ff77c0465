import { emptyFrontier, equal, grow, rootOf, type Frontier } from '@handover/merkle';
import { readNote } from './checkpoint.ts';
import type { PublicKey } from './note.ts';
import { chainHash, eventLeaf, logLeaf, sha256, type RecordedEvent } from './hashing.ts';

/** A line of an export: an event at its place in the log. */
export interface LogEntry extends RecordedEvent {
  /** From 0, without gaps. */
  readonly position: number;
  readonly hash: Uint8Array;
}

export interface Fault {
  /** The position in the log, where the fault has one. */
  readonly position: number | null;
  readonly stream: string | null;
  readonly version: number | null;
  readonly what: string;
}

export interface ExportVerified {
  readonly events: number;
  readonly streams: number;
  /** Checkpoints whose signature and root are right. */
  readonly checkpoints: number;
  readonly faults: readonly Fault[];
}

/**
 * Verifies a whole log with no database: every stored byte is hashed again, every stream's chain and the log's root are
 * computed anew, and each checkpoint, above all one that was kept elsewhere, must agree.
 */
export const verifyExport = (entries: Iterable<LogEntry>, notes: readonly string[], keys: readonly PublicKey[]): ExportVerified => {
  const faults: Fault[] = [];
  const heads = new Map<string, { readonly version: number; readonly hash: Uint8Array }>();
  const wanted = notes.map((note) => readNote(note, keys));
  const roots = new Map<number, Uint8Array>();
  const sizes = new Set(wanted.flatMap((each) => (each.ok ? [each.checkpoint.size] : [])));
  let so: Frontier = emptyFrontier;
  if (sizes.has(0)) roots.set(0, rootOf(sha256, so));

  for (const entry of entries) {
    const fault = (what: string): void => void faults.push({ position: entry.position, stream: entry.stream, version: entry.version, what });
    if (entry.position !== so.size) fault(`position ${so.size} is missing`);
    const head = heads.get(entry.stream);
    if (entry.version !== (head?.version ?? 0) + 1) fault(`version ${(head?.version ?? 0) + 1} of the stream is missing`);
    const hash = chainHash(head?.hash ?? new Uint8Array(), eventLeaf(entry));
    if (!equal(hash, entry.hash)) fault('the content does not have the hash it is stored with');
    heads.set(entry.stream, { version: entry.version, hash: entry.hash });
    so = grow(sha256, so, logLeaf(entry.hash));
    if (sizes.has(so.size)) roots.set(so.size, rootOf(sha256, so));
  }

  let right = 0;
  for (const each of wanted) {
    const fault = (what: string): void => void faults.push({ position: null, stream: null, version: null, what });
    if (!each.ok) fault(`a checkpoint cannot be relied on: ${each.why}`);
    else if (each.checkpoint.size > so.size) fault(`a checkpoint says ${each.checkpoint.size} events, and there are ${so.size}: the log was cut`);
    else if (!equal(roots.get(each.checkpoint.size) ?? new Uint8Array(), each.checkpoint.root))
      fault(`the log has another root than the checkpoint of ${each.checkpoint.size} events: it was rewritten`);
    else right += 1;
  }

  return { events: so.size, streams: heads.size, checkpoints: right, faults };
};

const saysTheSame = (readable: unknown, bytes: Uint8Array): boolean =>
  readable === undefined || JSON.stringify(readable) === JSON.stringify(JSON.parse(Buffer.from(bytes).toString('utf8')));

/** One line of an NDJSON export. @throws Error naming the line when it is none. */
export const readEntry = (line: string, number: number): LogEntry => {
  try {
    const read = JSON.parse(line) as Record<string, unknown>;
    const text = (field: string): string => {
      const value = read[field];
      if (typeof value !== 'string') throw new Error(field);
      return value;
    };
    const bytes = (field: string): Uint8Array => new Uint8Array(Buffer.from(text(field), 'base64'));
    // What is readable beside the bytes must say what the bytes say: only those are hashed.
    if (!saysTheSame(read['data'], bytes('body')) || !saysTheSame(read['by'], bytes('meta'))) throw new Error('data');
    const sealed = read['sealed'] === null ? null : bytes('sealed');

    return {
      position: Number(read['position']),
      eventId: text('eventId'),
      stream: text('stream'),
      version: Number(read['version']),
      type: text('type'),
      schema: Number(read['schema']),
      recordedAt: text('recordedAt'),
      body: bytes('body'),
      meta: bytes('meta'),
      keyId: read['keyId'] === null ? null : text('keyId'),
      sealed,
      hash: new Uint8Array(Buffer.from(text('hash'), 'hex')),
    };
  } catch {
    throw new Error(`line ${number} of the export is no event of a record`);
  }
};

/** The inverse of `readEntry`, with the event's public content readable beside its bytes. */
export const writeEntry = (entry: LogEntry): string =>
  JSON.stringify({
    position: entry.position,
    eventId: entry.eventId,
    stream: entry.stream,
    version: entry.version,
    type: entry.type,
    schema: entry.schema,
    recordedAt: entry.recordedAt,
    data: JSON.parse(Buffer.from(entry.body).toString('utf8')) as unknown,
    by: JSON.parse(Buffer.from(entry.meta).toString('utf8')) as unknown,
    body: Buffer.from(entry.body).toString('base64'),
    meta: Buffer.from(entry.meta).toString('base64'),
    keyId: entry.keyId,
    sealed: entry.sealed === null ? null : Buffer.from(entry.sealed).toString('base64'),
    hash: Buffer.from(entry.hash).toString('hex'),
  });
