/** SHA-256 in the record; given, so that this arithmetic runs anywhere. */
export type Hash = (bytes: Uint8Array) => Uint8Array;

const concat = (...parts: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};

/** RFC 6962, 2.1: a leaf can never be taken for an inner node. */
export const leafHash = (hash: Hash, data: Uint8Array): Uint8Array => hash(concat(Uint8Array.of(0), data));
export const nodeHash = (hash: Hash, left: Uint8Array, right: Uint8Array): Uint8Array => hash(concat(Uint8Array.of(1), left, right));

/** The tree's right edge: roots of its full subtrees, the largest first. All that is needed to go on growing it. */
export interface Frontier {
  readonly size: number;
  readonly roots: readonly Uint8Array[];
}

export const emptyFrontier: Frontier = { size: 0, roots: [] };

/** Told of every subtree that is complete: the root of the 2^level leaves from index · 2^level. */
export type Completed = (level: number, index: number, root: Uint8Array) => void;

export const growAll = (hash: Hash, { size, roots }: Frontier, leaves: Iterable<Uint8Array>, completed?: Completed): Frontier => {
  const next = [...roots];
  let count = size;
  for (const leaf of leaves) {
    next.push(leaf);
    // As many subtrees are completed by this leaf as the size has ones at its end.
    for (let rest = count, level = 1; rest % 2 === 1; level += 1) {
      const right = next.pop() as Uint8Array;
      const left = next.pop() as Uint8Array;
      const root = nodeHash(hash, left, right);
      next.push(root);
      rest = Math.floor(rest / 2);
      completed?.(level, rest, root);
    }
    count += 1;
  }
  return { size: count, roots: next };
};

export const grow = (hash: Hash, frontier: Frontier, leaf: Uint8Array): Frontier => growAll(hash, frontier, [leaf]);

/** The root of the whole tree; of an empty one the hash of nothing. */
export const rootOf = (hash: Hash, { roots }: Frontier): Uint8Array => {
  if (roots.length === 0) return hash(new Uint8Array());
  return roots.slice(0, -1).reduceRight((right, left) => nodeHash(hash, left, right), roots[roots.length - 1] as Uint8Array);
};

export const rootOfLeaves = (hash: Hash, leaves: readonly Uint8Array[]): Uint8Array => rootOf(hash, growAll(hash, emptyFrontier, leaves));

/** RFC 9162, 2.1.3.2. */
export const provesInclusion = (
  hash: Hash,
  claim: { readonly leaf: Uint8Array; readonly index: number; readonly size: number; readonly root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean => {
  if (claim.index < 0 || claim.index >= claim.size) return false;
  let [fn, sn, at] = [claim.index, claim.size - 1, claim.leaf];
  for (const each of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      at = nodeHash(hash, each, at);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
    } else at = nodeHash(hash, at, each);
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 && equal(at, claim.root);
};

export interface Tree {
  readonly size: number;
  readonly root: Uint8Array;
}

/** RFC 9162, 2.1.4.2. */
export const provesConsistency = (hash: Hash, older: Tree, newer: Tree, proof: readonly Uint8Array[]): boolean => {
  if (older.size < 1 || older.size > newer.size) return false;
  if (older.size === newer.size) return proof.length === 0 && equal(older.root, newer.root);
  const isPower = 2 ** Math.round(Math.log2(older.size)) === older.size; // no bit arithmetic: sizes may pass 2^31
  const [first, ...rest] = isPower ? [older.root, ...proof] : proof;
  if (first === undefined) return false;
  let [fn, sn] = [older.size - 1, newer.size - 1];
  while (fn % 2 === 1) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  let [oldAt, newAt] = [first, first];
  for (const each of rest) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      [oldAt, newAt] = [nodeHash(hash, each, oldAt), nodeHash(hash, each, newAt)];
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
    } else newAt = nodeHash(hash, newAt, each);
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 && equal(oldAt, older.root) && equal(newAt, newer.root);
};

export const equal = (left: Uint8Array, right: Uint8Array): boolean => left.length === right.length && left.every((byte, index) => byte === right[index]);
