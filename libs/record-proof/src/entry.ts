import type { RecordedEvent } from './hashing.ts';

/** An event at its place in the log. */
export interface LogEntry extends RecordedEvent {
  /** From 0, without gaps. */
  readonly position: number;
  readonly hash: Uint8Array;
}

/** What an excerpt of the log has beside an event, because what stands before it is not there. */
export interface Excerpt {
  /** Hash of the event before it in its stream; empty for the first. */
  readonly previous: Uint8Array;
  /** From the event to the root of the export's first checkpoint; null for an event that is newer than that. */
  readonly proof: readonly Uint8Array[] | null;
}

/** The first line of an export. */
export interface ExportHeader {
  readonly export: 'handover-record';
  readonly version: 1;
  readonly madeAt: string;
  /** What was asked for; null for the whole log. */
  readonly filter: Readonly<Record<string, string>> | null;
}

export type ExportLine =
  | { readonly kind: 'header'; readonly header: ExportHeader }
  | { readonly kind: 'key'; readonly statement: string }
  | { readonly kind: 'checkpoint'; readonly note: string }
  | { readonly kind: 'event'; readonly entry: LogEntry; readonly excerpt: Excerpt | null }
  | { readonly kind: 'end'; readonly events: number };

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const shown = (entry: LogEntry): object => ({
  position: entry.position,
  eventId: entry.eventId,
  stream: entry.stream,
  version: entry.version,
  type: entry.type,
  schema: entry.schema,
  recordedAt: entry.recordedAt,
  data: JSON.parse(Buffer.from(entry.body).toString('utf8')) as unknown,
  by: JSON.parse(Buffer.from(entry.meta).toString('utf8')) as unknown,
  body: base64(entry.body),
  meta: base64(entry.meta),
  keyId: entry.keyId,
  sealed: entry.sealed === null ? null : base64(entry.sealed),
  hash: hex(entry.hash),
});

/** The inverse of `readEntry`, with the event's public content readable beside its bytes. */
export const writeEntry = (entry: LogEntry): string => JSON.stringify(shown(entry));

export const writeExcerpt = (entry: LogEntry, { previous, proof }: Excerpt): string =>
  JSON.stringify({ ...shown(entry), previous: hex(previous), proof: proof && proof.map(base64) });

export const writeLine = (line: Exclude<ExportLine, { kind: 'event' }>): string => {
  if (line.kind === 'header') return JSON.stringify(line.header);
  if (line.kind === 'key') return JSON.stringify({ key: line.statement });
  if (line.kind === 'checkpoint') return JSON.stringify({ checkpoint: line.note });
  return JSON.stringify({ end: { events: line.events } });
};

type Fields = Readonly<Record<string, unknown>>;

const textIn = (fields: Fields, name: string): string => {
  const value = fields[name];
  if (typeof value !== 'string') throw new Error(name);
  return value;
};

const uuidIn = (fields: Fields, name: string): string => {
  const text = textIn(fields, name);
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) throw new Error(name);
  return text;
};

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

const bytesOf = (text: unknown): Uint8Array => {
  if (typeof text !== 'string' || !BASE64.test(text)) throw new Error('base64');
  return new Uint8Array(Buffer.from(text, 'base64'));
};

const hashIn = (fields: Fields, name: string): Uint8Array => {
  const text = textIn(fields, name);
  if (!/^([0-9a-f]{64})?$/.test(text)) throw new Error(name);
  return new Uint8Array(Buffer.from(text, 'hex'));
};

const wholeIn = (fields: Fields, name: string, most = Number.MAX_SAFE_INTEGER): number => {
  const value = fields[name];
  if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) > most) throw new Error(name);
  return value as number;
};

const eventOf = (fields: Fields): LogEntry => {
  const recordedAt = textIn(fields, 'recordedAt');
  if (new Date(recordedAt).toISOString() !== recordedAt) throw new Error('recordedAt'); // one way to write a time, as with all else

  return {
    position: wholeIn(fields, 'position'),
    eventId: uuidIn(fields, 'eventId'),
    stream: textIn(fields, 'stream'),
    version: wholeIn(fields, 'version'),
    type: textIn(fields, 'type'),
    schema: wholeIn(fields, 'schema', 2 ** 31 - 1),
    recordedAt,
    body: bytesOf(fields['body']),
    meta: bytesOf(fields['meta']),
    keyId: fields['keyId'] === null ? null : uuidIn(fields, 'keyId'),
    sealed: fields['sealed'] === null ? null : bytesOf(fields['sealed']),
    hash: hashIn(fields, 'hash'),
  };
};

const lineOf = (fields: Fields): ExportLine => {
  if ('position' in fields) {
    const { proof } = fields as { proof?: unknown[] | null };
    const excerpt = proof === undefined ? null : { previous: hashIn(fields, 'previous'), proof: proof && proof.map(bytesOf) };
    return { kind: 'event', entry: eventOf(fields), excerpt };
  }
  if ('key' in fields) return { kind: 'key', statement: textIn(fields, 'key') };
  if ('checkpoint' in fields) return { kind: 'checkpoint', note: textIn(fields, 'checkpoint') };
  if ('end' in fields) return { kind: 'end', events: wholeIn(fields['end'] as Fields, 'events') };
  if (fields['export'] === 'handover-record' && fields['version'] === 1) return { kind: 'header', header: fields as unknown as ExportHeader };
  throw new Error('kind');
};

/** A line that is none of an export. */
export class BadLine extends Error {}

const written = (line: ExportLine): string =>
  line.kind !== 'event' ? writeLine(line) : line.excerpt ? writeExcerpt(line.entry, line.excerpt) : writeEntry(line.entry);

/**
 * One line of an NDJSON export. There is one way to write each: what is readable beside the bytes says what the bytes say,
 * nothing is there twice, and nothing that is not checked.
 * @throws BadLine naming the line when it is none.
 */
export const readLine = (line: string, number: number): ExportLine => {
  try {
    const read = lineOf(JSON.parse(line) as Fields);
    if (written(read) !== line) throw new Error('form');
    return read;
  } catch {
    throw new BadLine(`line ${number} of the export is no event of a record`);
  }
};

/** One event line of an NDJSON export. @throws BadLine naming the line when it is none. */
export const readEntry = (line: string, number: number): LogEntry => {
  const read = readLine(line, number);
  if (read.kind !== 'event') throw new BadLine(`line ${number} of the export is no event of a record`);
  return read.entry;
};
