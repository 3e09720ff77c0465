import { writeEntry, type LogEntry } from '@handover/record-proof';
import type { DataSource } from 'typeorm';
import { csvLine, CSV_HEADER } from './csv.ts';
import { contextOf } from './ocsf/context.ts';
import { ocsfOf } from './ocsf/ocsf.ts';
import type { OcsfVersion } from './ocsf/classes.ts';

export const formats = ['ndjson', 'ocsf', 'csv'] as const;
export type Format = (typeof formats)[number];

export interface Encoding {
  readonly contentType: string;
  readonly extension: string;
  readonly head: string;
  /** One text per entry, each with its line end. */
  readonly lines: (entries: readonly LogEntry[]) => Promise<readonly string[]>;
}

export const encodingOf = (dataSource: DataSource, format: Format, ocsf: OcsfVersion): Encoding => {
  switch (format) {
    case 'ndjson':
      return { contentType: 'application/x-ndjson', extension: 'ndjson', head: '', lines: (entries) => Promise.resolve(nativeLines(entries)) };
    case 'csv':
      return {
        contentType: 'text/csv; charset=utf-8; header=present',
        extension: 'csv',
        head: CSV_HEADER,
        lines: (entries) => Promise.resolve(entries.map(csvLine)),
      };
    case 'ocsf':
      return {
        contentType: 'application/x-ndjson',
        extension: 'ocsf.ndjson',
        head: '',
        lines: async (entries) => {
          const about = await contextOf(dataSource, entries);
          return entries.map((entry) => `${JSON.stringify(ocsfOf(entry, about(entry), ocsf))}\n`);
        },
      };
  }
};

/** Our own format: what the verifier takes. */
export const nativeLines = (entries: readonly LogEntry[]): readonly string[] => entries.map((entry) => `${writeEntry(entry)}\n`);
