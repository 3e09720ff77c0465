import { nodeHash, type Hash } from './merkle.ts';

/** The root of the complete subtree over the 2^level leaves from index · 2^level. */
export interface Node {
  readonly level: number;
  readonly index: number;
}

/** Leaves from `from` to before `to`. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** The largest power of two below a size over one. */
const split = (size: number): number => {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
};

/** RFC 9162, 2.1.3.1: the subtrees whose roots lead from a leaf to the root of a tree of this size, the nearest first. */
const inclusionPath = (index: number, { from, to }: Range): readonly Range[] => {
  if (to - from === 1) return [];
  const at = from + split(to - from);

  return index < at ? [...inclusionPath(index, { from, to: at }), { from: at, to }] : [...inclusionPath(index, { from: at, to }), { from, to: at }];
};

/** RFC 9162, 2.1.4.1. */
const consistencyPath = (oldSize: number, { from, to }: Range, isWhole: boolean): readonly Range[] => {
  if (oldSize === to) return isWhole ? [] : [{ from, to }];
  const at = from + split(to - from);

  return oldSize <= at
    ? [...consistencyPath(oldSize, { from, to: at }, isWhole), { from: at, to }]
    : [...consistencyPath(oldSize, { from: at, to }, false), { from, to: at }];
};

/** The complete subtrees that make up a range which begins where a subtree of its size would begin, the largest first. */
const nodesOf = ({ from, to }: Range): readonly Node[] => {
  const nodes: Node[] = [];
  for (let [at, rest] = [from, to - from]; rest > 0;) {
    const level = Math.floor(Math.log2(rest));
    nodes.push({ level, index: at / 2 ** level });
    at += 2 ** level;
    rest -= 2 ** level;
  }
  return nodes;
};

/** What a proof needs of a log that is kept somewhere, and how the proof is made of it. */
export interface Path {
  readonly needs: readonly Node[];
  readonly proof: (hash: Hash, rootOf: (node: Node) => Uint8Array) => readonly Uint8Array[];
}

const pathOf = (ranges: readonly Range[]): Path => {
  const parts = ranges.map(nodesOf);
  return {
    needs: parts.flat(),
    proof: (hash, rootOf) => parts.map((nodes) => nodes.map(rootOf).reduceRight((right, left) => nodeHash(hash, left, right))),
  };
};

/** That the leaf at `index` is in the tree of `size`. @throws RangeError. */
export const inclusion = (index: number, size: number): Path => {
  if (!(index >= 0 && index < size)) throw new RangeError('the log has no leaf of this index');
  return pathOf(inclusionPath(index, { from: 0, to: size }));
};

/** That the tree of `oldSize` is the beginning of the tree of `size`. @throws RangeError. */
export const consistency = (oldSize: number, size: number): Path => {
  if (!(oldSize >= 1 && oldSize <= size)) throw new RangeError('the older size is from 1 to the size');
  return pathOf(consistencyPath(oldSize, { from: 0, to: size }, true));
};

/** The root of the tree as it was at a size, as the one hash of a "proof". @throws RangeError. */
export const rootAt = (size: number): Path => {
  if (!(size >= 1)) throw new RangeError('an empty tree has no node');
  return pathOf([{ from: 0, to: size }]);
};

/** The same from all leaves in memory: for small logs, and to measure and test against. */
export const fromLeaves =
  (hash: Hash, leaves: readonly Uint8Array[]) =>
  ({ level, index }: Node): Uint8Array => {
    if (level === 0) return leaves[index] as Uint8Array;
    const below = fromLeaves(hash, leaves);
    return nodeHash(hash, below({ level: level - 1, index: index * 2 }), below({ level: level - 1, index: index * 2 + 1 }));
  };

export const inclusionProof = (hash: Hash, leaves: readonly Uint8Array[], index: number): readonly Uint8Array[] =>
  inclusion(index, leaves.length).proof(hash, fromLeaves(hash, leaves));

export const consistencyProof = (hash: Hash, leaves: readonly Uint8Array[], oldSize: number): readonly Uint8Array[] =>
  consistency(oldSize, leaves.length).proof(hash, fromLeaves(hash, leaves));
