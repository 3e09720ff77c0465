import type { LogEntry } from '@handover/record-proof';

const COLUMNS = ['position', 'recordedAt', 'stream', 'version', 'type', 'actor', 'channel', 'onBehalfOf', 'caseId', 'eventId', 'data', 'hash'] as const;

/** RFC 4180, with CRLF. */
export const CSV_HEADER = `${COLUMNS.join(',')}\r\n`;

/** A spreadsheet takes text that begins like this for a formula; full-width signs and leading blanks are no way around it. */
const FORMULA = /^[\s\u00a0\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

const cell = (value: string): string => {
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

export const csvLine = (entry: LogEntry): string => {
  const by = JSON.parse(Buffer.from(entry.meta).toString('utf8')) as Readonly<Record<string, unknown>>;
  const said = (name: string): string => (typeof by[name] === 'string' ? by[name] : '');
  const cells = [
    String(entry.position),
    entry.recordedAt,
    entry.stream,
    String(entry.version),
    entry.type,
    said('actor'),
    said('channel'),
    said('onBehalfOf'),
    said('caseId'),
    entry.eventId,
    Buffer.from(entry.body).toString('utf8'),
    Buffer.from(entry.hash).toString('hex'),
  ];

  return `${cells.map(cell).join(',')}\r\n`;
};
