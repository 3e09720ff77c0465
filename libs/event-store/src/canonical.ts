import canonicalize from 'canonicalize';
import type { Json } from './json.ts';

/** RFC 8785: the one way to write a JSON value, so that the same value always has the same hash. */
export const canonicalJson = (value: Json | object): string => {
  const text = canonicalize(JSON.parse(JSON.stringify(value)));
  if (text === undefined) throw new TypeError('the value is no JSON');

  return text;
};
