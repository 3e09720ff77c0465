import type { LogEntry } from '@handover/record-proof';

export const CSV_HEADER = 'position,recordedAt,stream,version,type,actor,channel,data,hash\r\n';

/** A spreadsheet takes text that begins like this for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

const cell = (value: string): string => {
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

export const csvLine = (entry: LogEntry): string => {
  const { actor = '', channel = '' } = JSON.parse(Buffer.from(entry.meta).toString('utf8')) as { actor?: string; channel?: string };
  const cells = [
    String(entry.position),
    entry.recordedAt,
    entry.stream,
    String(entry.version),
    entry.type,
    actor,
    channel,
    Buffer.from(entry.body).toString('utf8'),
    Buffer.from(entry.hash).toString('hex'),
  ];

  return `${cells.map(cell).join(',')}\r\n`;
};
