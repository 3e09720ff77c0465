import type { KnownKey, Signer } from './checkpoint.ts';
import { isSignedBy, keyIdOf, parseNote, type PublicKey } from './note.ts';

/** Says, under its own signature and that of the key before it, that a key signs from now on. */
export interface KeyStatement extends PublicKey {
  /** The key it replaces; null for the first. */
  readonly previous: string | null;
  /** Events in the log when it took over: the key before signs no larger log. */
  readonly size: number;
  /** ISO instant, to the second. */
  readonly at: string;
}

const FIRST_LINE = 'handover checkpoint key v1';

const textOf = ({ origin, keyId, publicKey, previous, size, at }: KeyStatement): string =>
  [FIRST_LINE, origin, `${keyId} ${publicKey}`, previous ?? '-', String(size), String(Math.floor(Date.parse(at) / 1000)), ''].join('\n');

/** `previous` null: the first key, or, with `replaces`, one that follows a key that was lost and cannot speak for it. */
export const stateKey = (next: Signer, previous: Signer | null, said: { readonly size: number; readonly at: Date; readonly replaces?: string }): string => {
  const { origin, keyId, publicKey } = next;
  const text = textOf({ origin, keyId, publicKey, previous: previous?.keyId ?? said.replaces ?? null, size: said.size, at: said.at.toISOString() });

  return `${text}\n${previous?.line(text) ?? ''}${next.line(text)}`;
};

export type ReadStatement = { readonly ok: true; readonly said: KeyStatement; readonly isEndorsedBy: (key: PublicKey) => boolean } | { readonly ok: false };

/** Checks that the key itself has signed; who else did is asked with `isEndorsedBy`. */
export const readStatement = (statement: string): ReadStatement => {
  const parsed = parseNote(statement);
  const [first, origin = '', key = '', previous = '', size = '', seconds = ''] = parsed?.text.split('\n') ?? [];
  const [keyId = '', publicKey = ''] = key.split(' ');
  if (!parsed || first !== FIRST_LINE || !/^\d{1,15}$/.test(size) || !/^\d{1,12}$/.test(seconds)) return { ok: false };
  const said: KeyStatement = {
    origin,
    keyId,
    publicKey,
    previous: previous === '-' ? null : previous,
    size: Number(size),
    at: new Date(Number(seconds) * 1000).toISOString(),
  };
  const isEndorsedBy = (by: PublicKey): boolean => parsed.signatures.some((each) => each.keyId === by.keyId && isSignedBy(by, parsed.text, each.bytes));
  if (parsed.text !== textOf(said) || keyIdOf(origin, publicKey) !== keyId || !isEndorsedBy(said)) return { ok: false };

  return { ok: true, said, isEndorsedBy };
};

/** The statements in a file of notes, oldest first. */
export const statementsIn = (text: string): readonly string[] =>
  [...text.matchAll(/handover checkpoint key v1\n(?:[^\n]+\n){5}\n(?:\u2014 [^\n]+\n)+/g)].map(([statement]) => statement);

export interface FollowedKeys {
  /** The trusted keys and all that they vouch for, each with the size up to which it may sign. */
  readonly keys: readonly KnownKey[];
  readonly faults: readonly string[];
}

/** From keys that are trusted, along statements that the key before has signed. Somebody who knows one key needs no other. */
export const followKeys = (trusted: readonly PublicKey[], statements: readonly string[]): FollowedKeys => {
  const known = new Map<string, KnownKey>(trusted.map(({ origin, keyId, publicKey }) => [keyId, { origin, keyId, publicKey, until: null }]));
  const faults: string[] = [];
  const read = [...new Set(statements)].map(readStatement);
  if (read.some(({ ok }) => !ok)) faults.push('a statement about a key is not signed by that key');
  const waiting = new Set(read.flatMap((each) => (each.ok ? [each] : [])));

  for (let found = true; found;) {
    found = false;
    for (const each of waiting) {
      const { said } = each;
      const before = said.previous === null ? undefined : known.get(said.previous);
      if (before === undefined || before.origin !== said.origin) continue;
      found = waiting.delete(each);
      if (!each.isEndorsedBy(before)) {
        if (!known.has(said.keyId)) faults.push(`the key ${said.keyId} says that it replaces ${before.keyId}, which has not signed that`);
        continue;
      }
      if (before.until != null) faults.push(`the key ${before.keyId} was replaced twice: it has signed for two keys`);
      known.set(before.keyId, { ...before, until: Math.min(before.until ?? Infinity, said.size) });
      if (!known.has(said.keyId)) known.set(said.keyId, { origin: said.origin, keyId: said.keyId, publicKey: said.publicKey, until: null });
    }
  }
  return { keys: [...known.values()], faults };
};
