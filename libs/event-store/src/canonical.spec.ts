import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from './canonical.ts';

describe('canonical JSON', () => {
  it('has its keys in order, no space, and numbers as RFC 8785 writes them', () => {
    expect(canonicalJson({ b: [1e21, 0.1, -0], a: 'ü"\u0001', '10': null, '9': true })).toBe('{"10":null,"9":true,"a":"ü\\"\\u0001","b":[1e+21,0.1,0]}');
  });

  it('orders keys by UTF-16 units, as the example of RFC 8785 has it', () => {
    const given = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    expect(Object.values(JSON.parse(canonicalJson(given).replace('"1":', '"one":')) as object)).toEqual([2, 4, 6, 7, 1, 5, 3]);
  });

  it('of a value and of what JSON makes of it is the same', () => {
    const leaf = fc.oneof(fc.jsonValue(), fc.date({ noInvalidDate: true }), fc.constant(undefined), fc.constant('undefined'));
    const value = fc.dictionary(fc.string(), fc.oneof(leaf, fc.array(leaf), fc.dictionary(fc.string(), leaf)));
    fc.assert(fc.property(value, (each) => expect(canonicalJson(each)).toBe(canonicalJson(JSON.parse(JSON.stringify(each)) as object))));
  });

  it('leaves out what has no JSON, and refuses to be nothing', () => {
    expect(canonicalJson({ a: () => 1, b: undefined, c: 'undefined' })).toBe('{"c":"undefined"}');
    expect(() => canonicalJson(undefined as unknown as object)).toThrow();
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %p, which JSON would make nothing of', (value) => {
    expect(() => canonicalJson({ a: [value] })).toThrow(TypeError);
  });
});
