import { hash } from 'node:crypto';

/** Ours, once and for all: another namespace would give every event another id. */
const NAMESPACE = Buffer.from('6f0a5d3e1d0b4f6b9a572f4f6c1d7c11', 'hex');

const VARIANTS = '89ab';

/**
 * The id of an event follows from its stream and what caused it, never from an attempt, a host or a clock: who repeats a
 * command repeats its ids, and the store answers "already". No personal value may be in the key: hashes can be guessed.
 */
export const eventIdOf = (stream: string, key: readonly (string | number)[]): string => uuidV5([stream, ...key].join('\u001f'));

/** RFC 9562, section 5.5: SHA-1 of namespace and name, with the bits of version and variant set. */
const uuidV5 = (name: string): string => {
  const hex = hash('sha1', Buffer.concat([NAMESPACE, Buffer.from(name)]), 'hex');
  const variant = VARIANTS[parseInt(hex.charAt(16), 16) & 3] ?? '';

  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
