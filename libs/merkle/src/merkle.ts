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

/** The largest power of two below a size over one. */
const split = (size: number): number => {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
};

/** The tree's right edge: roots of its full subtrees, the largest first. All that is needed to go on growing it. */
export interface Frontier {
  readonly size: number;
  readonly roots: readonly Uint8Array[];
}

export const emptyFrontier: Frontier = { size: 0, roots: [] };

export const grow = (hash: Hash, { size, roots }: Frontier, leaf: Uint8Array): Frontier => {
  const next = [...roots, leaf];
  // As many subtrees are completed by this leaf as the size has ones at its end.
  for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    const right = next.pop() as Uint8Array;
    const left = next.pop() as Uint8Array;
    next.push(nodeHash(hash, left, right));
  }
  return { size: size + 1, roots: next };
};

/** The root of the whole tree; of an empty one the hash of nothing. */
export const rootOf = (hash: Hash, { roots }: Frontier): Uint8Array => {
  if (roots.length === 0) return hash(new Uint8Array());
  return roots.slice(0, -1).reduceRight((right, left) => nodeHash(hash, left, right), roots[roots.length - 1] as Uint8Array);
};

export const rootOfLeaves = (hash: Hash, leaves: readonly Uint8Array[]): Uint8Array =>
  rootOf(
    hash,
    leaves.reduce<Frontier>((so, leaf) => grow(hash, so, leaf), emptyFrontier),
  );

/** RFC 9162, 2.1.3.1: the hashes that lead from a leaf to the root. */
export const inclusionProof = (hash: Hash, leaves: readonly Uint8Array[], index: number): readonly Uint8Array[] => {
  if (index < 0 || index >= leaves.length) throw new RangeError('the log has no leaf of this index');
  if (leaves.length === 1) return [];
  const at = split(leaves.length);
  const [left, right] = [leaves.slice(0, at), leaves.slice(at)];

  return index < at
    ? [...inclusionProof(hash, left, index), rootOfLeaves(hash, right)]
    : [...inclusionProof(hash, right, index - at), rootOfLeaves(hash, left)];
};

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

/** RFC 9162, 2.1.4.1: that the tree of `oldSize` is the beginning of this one. */
export const consistencyProof = (hash: Hash, leaves: readonly Uint8Array[], oldSize: number): readonly Uint8Array[] => {
  if (oldSize < 1 || oldSize > leaves.length) throw new RangeError('the older size is from 1 to the size');
  return oldSize === leaves.length ? [] : subproof(hash, leaves, oldSize, true);
};

const subproof = (hash: Hash, leaves: readonly Uint8Array[], oldSize: number, isWhole: boolean): readonly Uint8Array[] => {
  if (oldSize === leaves.length) return isWhole ? [] : [rootOfLeaves(hash, leaves)];
  const at = split(leaves.length);
  const [left, right] = [leaves.slice(0, at), leaves.slice(at)];

  return oldSize <= at
    ? [...subproof(hash, left, oldSize, isWhole), rootOfLeaves(hash, right)]
    : [...subproof(hash, right, oldSize - at, false), rootOfLeaves(hash, left)];
};

export interface Tree {
  readonly size: number;
  readonly root: Uint8Array;
}

/** RFC 9162, 2.1.4.2. */
export const provesConsistency = (hash: Hash, older: Tree, newer: Tree, proof: readonly Uint8Array[]): boolean => {
  if (older.size < 1 || older.size > newer.size) return false;
  if (older.size === newer.size) return proof.length === 0 && equal(older.root, newer.root);
  const isPower = (older.size & (older.size - 1)) === 0;
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
