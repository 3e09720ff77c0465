import { configure } from 'safe-stable-stringify';
import type { Json } from './json.ts';

const stringify = configure({ strict: true });

/**
 * RFC 8785: the one way to write a JSON value, so that the same value always has the same hash: JSON.stringify with the keys
 * in order. What has no JSON, such as a function, is left out. @throws TypeError for what is no JSON as a whole or in a number.
 */
export const canonicalJson = (value: Json | object): string => {
  const text = written(value);
  if (text === undefined) throw new TypeError('the value is no JSON');

  return text;
};

/** Functions are refused by the one and left out by the other; to ask the other each time would cost twice as much. */
const written = (value: Json | object): string | undefined => {
  try {
    return stringify(value);
  } catch {
    return stringify(JSON.parse(JSON.stringify(value, finite)));
  }
};

const finite = (_: string, value: unknown): unknown => {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('the value has a number that is no JSON');
  return value;
};
