import { RecordExport } from '@handover/event-store-postgres';
import type { DataSource } from 'typeorm';
import { encodingOf, type Encoding, type Format } from './formats.ts';
import type { OcsfVersion } from './ocsf/classes.ts';

export interface ExportOptions {
  readonly format: Format;
  readonly ocsf: OcsfVersion;
  /** What was asked for; null for the whole record. Of an excerpt our own format brings a proof for each event. */
  readonly filter: Readonly<Record<string, string>> | null;
  /** ISO instant. */
  readonly madeAt: string;
}

export interface ExportEncoding extends Encoding {
  /** What comes after the last entry. */
  readonly tail: () => string;
}

/** An export in our own format proves itself: it brings keys, checkpoint and proofs, and says where it ends. */
export const exportEncodingOf = async (dataSource: DataSource, { format, ocsf, filter, madeAt }: ExportOptions): Promise<ExportEncoding> => {
  const plain = encodingOf(dataSource, format, ocsf);
  if (format !== 'ndjson') return { ...plain, tail: () => '' };
  const record = await RecordExport.begin(dataSource, { filter, madeAt });

  return { ...plain, head: record.head, lines: async (entries) => [await record.lines(entries)], tail: () => record.end() };
};
