import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse, v5 } from 'uuid';
import { eventIdOf } from './index.ts';

const NAMESPACE = parse('6f0a5d3e-1d0b-4f6b-9a57-2f4f6c1d7c11');

describe('the id of an event', () => {
  it('is the version 5 UUID of its stream and what caused it, as the uuid library makes it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.integer())), (stream, key) => {
        expect(eventIdOf(stream, key)).toBe(v5(new TextEncoder().encode([stream, ...key].join('\u001f')), NAMESPACE));
      }),
    );
  });

  it('is the one that records have had from the beginning', () => {
    expect(eventIdOf('case/1', ['command', 'CaseOpened', 0])).toBe('4f00bbef-e232-597f-a544-4f54e7ca35aa');
  });
});
