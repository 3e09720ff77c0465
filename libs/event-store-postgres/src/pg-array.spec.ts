import { describe, expect, it } from '@jest/globals';
import { pgArray } from './pg-array.ts';

/** As a server sends them: `COPY (SELECT array) TO STDOUT (FORMAT binary)`, without the frame around it. */
describe('an array in PostgreSQL’s binary format', () => {
  it('of texts has its type, its length and each element with its own length in bytes', () => {
    expect(pgArray('text', ['a', 'ü"\\']).toString('hex')).toBe(
      '00000001' + '00000000' + '00000019' + '00000002' + '00000001' + '0000000161' + '00000004c3bc225c',
    );
  });

  it('says that there are nulls, and where', () => {
    expect(pgArray('uuid', [null, '01a21172-8743-71d0-bf4f-e688f3e458c4']).toString('hex')).toBe(
      '00000001' + '00000001' + '00000b86' + '00000002' + '00000001' + 'ffffffff' + '0000001001a21172874371d0bf4fe688f3e458c4',
    );
  });

  it('holds bytes as they are and numbers in network order', () => {
    expect(pgArray('bytea', [Buffer.from([0, 255])]).toString('hex')).toBe('00000001' + '00000000' + '00000011' + '00000001' + '00000001' + '0000000200ff');
    expect(pgArray('int', [-1]).toString('hex')).toBe('00000001' + '00000000' + '00000017' + '00000001' + '00000001' + '00000004ffffffff');
    expect(pgArray('bigint', [2 ** 40]).toString('hex')).toBe('00000001' + '00000000' + '00000014' + '00000001' + '00000001' + '000000080000010000000000');
  });

  it('of what is no UUID is none: what is left of its place would be anything', () => {
    expect(() => pgArray('uuid', ['01a21172-8743-71d0-bf4f'])).toThrow(TypeError);
  });

  it('without elements has no dimension', () => {
    expect(pgArray('text', []).toString('hex')).toBe('00000000' + '00000000' + '00000019');
  });
});
