import { pointerOf } from '@handover/contracts';
import { Problem } from './problem.ts';

/** `\p{Cs}`: a surrogate that has no other half. */
const isStorable = (text: string): boolean => !/\p{Cs}|\0/u.test(text);

const faults = (value: unknown, path: readonly string[] = []): readonly string[] => {
  if (typeof value === 'string') return isStorable(value) ? [] : [pointerOf(path)];
  if (typeof value !== 'object' || value === null) return [];

  return Object.entries(value).flatMap(([key, each]) => (isStorable(key) ? faults(each, [...path, key]) : [pointerOf(path)]));
};

/** JSON has texts that a database has not: U+0000, and halves of a surrogate pair. @throws Problem 400 that names the fields. */
export const assertStorable = (body: unknown): void => {
  const errors = faults(body).map((pointer) => ({ pointer, detail: 'holds U+0000 or half a surrogate pair' }));
  if (errors.length > 0) throw new Problem(400, 'body.unstorable', 'a text holds what is no character: U+0000, or half a surrogate pair; leave it out', errors);
};
