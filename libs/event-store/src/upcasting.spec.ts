import { describe, expect, it } from '@jest/globals';
import { Upcasters, type Said } from './upcasting.ts';

const renamed = ({ data: { who, ...data }, ...rest }: Said): Said => ({ ...rest, data: { ...data, actor: who ?? null } });
const dated = (said: Said): Said => ({ ...said, data: { until: null, ...said.data } });
const upcasters = new Upcasters([
  { type: 'Held', from: 2, up: dated },
  { type: 'Held', from: 1, up: renamed },
]);

describe('an event of an older shape', () => {
  it('is read in the shape of now, through every version between', () => {
    expect(upcasters.current({ type: 'Held', schema: 1, data: { who: 'a' } })).toEqual({ type: 'Held', schema: 3, data: { actor: 'a', until: null } });
    expect(upcasters.current({ type: 'Held', schema: 2, data: { actor: 'a' } })).toEqual({ type: 'Held', schema: 3, data: { actor: 'a', until: null } });
  });

  it('keeps everything else, what is personal included', () => {
    const event = { type: 'Held', schema: 1, id: 'x', data: { who: 'a' }, personal: { reason: 'r' } };
    expect(upcasters.current(event)).toMatchObject({ id: 'x', personal: { reason: 'r' } });
    expect(event.data).toEqual({ who: 'a' });
  });

  it('is the very same when it is of the shape of now, or of one that this program does not know yet', () => {
    for (const event of [
      { type: 'Held', schema: 3, data: {} },
      { type: 'Held', schema: 9, data: {} },
      { type: 'Other', schema: 1, data: {} },
    ])
      expect(upcasters.current(event)).toBe(event);
  });
});

describe('the shapes of a type', () => {
  it('are counted by their upcasters', () => {
    expect([upcasters.versionOf('Held'), upcasters.versionOf('Other')]).toEqual([3, 1]);
  });

  it('follow each other without a hole', () => {
    expect(() => new Upcasters([{ type: 'Held', from: 2, up: dated }])).toThrow('leave none out');
    expect(() => new Upcasters([1, 1].map((from) => ({ type: 'Held', from, up: dated })))).toThrow('leave none out');
  });
});
