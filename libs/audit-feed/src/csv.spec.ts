import { describe, expect, it } from '@jest/globals';
import type { LogEntry } from '@handover/record-proof';
import { csvLine } from './csv.ts';

const entry = (actor: string, data: string): LogEntry => ({
  position: 1,
  eventId: 'e',
  stream: 's',
  version: 1,
  type: 'T',
  schema: 1,
  recordedAt: '2026-01-01T00:00:00.000Z',
  body: Buffer.from(data),
  meta: Buffer.from(JSON.stringify({ actor, channel: 'api' })),
  keyId: null,
  sealed: null,
  hash: new Uint8Array(1),
});

describe('a line of CSV', () => {
  it.each([
    ['=1+1', `'=1+1`],
    ['+1', `'+1`],
    ['-1', `'-1`],
    ['@SUM(A1)', `'@SUM(A1)`],
    ['\tcmd', `'\tcmd`],
    ['\rcmd', `"'\rcmd"`],
    ['  =1', `'  =1`],
    ['\uff1d1', `'\uff1d1`],
    ['a=b', 'a=b'],
  ])('holds no formula where somebody is called %j', (actor, cell) => {
    expect(csvLine(entry(actor, '{}'))).toContain(`,T,${cell},api,`);
  });

  it('quotes what has quotes, commas or line ends, and ends with CRLF', () => {
    const line = csvLine(entry('x', '{"a":"b, c"}'));
    expect(line).toContain(',"{""a"":""b, c""}",00\r\n');
  });
});
