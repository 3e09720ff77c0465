import canonicalize from 'canonicalize';
import type { Json } from './json.ts';

/** RFC 8785: the one way to write a JSON value, so that the same value always has the same hash. */
export const canonicalJson = (value: Json | object): string => {
  const direct = canonicalize(value);
  // What has no JSON, such as a function, leaves this word behind; it may also stand in somebody's text.
  const text = direct?.includes('undefined') ? canonicalize(JSON.parse(JSON.stringify(value))) : direct;
  if (text === undefined) throw new TypeError('the value is no JSON');

  return text;
};
