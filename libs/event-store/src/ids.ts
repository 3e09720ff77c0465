import { parse, v5 } from 'uuid';

/** Ours, once and for all: another namespace would give every event another id. */
const NAMESPACE = parse('6f0a5d3e-1d0b-4f6b-9a57-2f4f6c1d7c11');

const encoder = new TextEncoder();

/**
 * The id of an event follows from its stream and what caused it, never from an attempt, a host or a clock: who repeats a
 * command repeats its ids, and the store answers "already". No personal value may be in the key: hashes can be guessed.
 */
export const eventIdOf = (stream: string, key: readonly (string | number)[]): string => v5(encoder.encode([stream, ...key].join('\u001f')), NAMESPACE);
