import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  TILE_WIDTH,
  consistency,
  consistencyProof,
  emptyFrontier,
  fromLeaves,
  fromTiles,
  grow,
  growAll,
  inclusion,
  inclusionProof,
  isTileRoot,
  keyOf,
  leafHash,
  nodeHash,
  provesConsistency,
  provesInclusion,
  rootOf,
  rootOfLeaves,
  tilesOf,
  type Frontier,
  type Hash,
} from './index.ts';

const sha256: Hash = (bytes) => createHash('sha256').update(bytes).digest();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const leaves = (size: number): Uint8Array[] => Array.from({ length: size }, (_, n) => leafHash(sha256, Buffer.from(`leaf ${n}`)));

/** The definition of RFC 6962, 2.1, word for word: slow, and obviously right. */
const byDefinition = (of: readonly Uint8Array[]): Uint8Array => {
  if (of.length === 0) return sha256(new Uint8Array());
  if (of.length === 1) return of[0] as Uint8Array;
  let at = 1;
  while (at * 2 < of.length) at *= 2;
  return nodeHash(sha256, byDefinition(of.slice(0, at)), byDefinition(of.slice(at)));
};

/** Test vectors of the Certificate Transparency reference implementation (merkletree/merkle_tree_test.cc). */
const INPUTS = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map((each) => Buffer.from(each, 'hex'));
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
/** [leaf counted from 1, size, path] */
const PATHS: readonly (readonly [number, number, readonly string[]])[] = [
  [1, 1, []],
  [
    1,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    6,
    8,
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [3, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [
    2,
    5,
    [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
];
/** [older size, newer size, path] */
const GROWTHS: readonly (readonly [number, number, readonly string[]])[] = [
  [1, 1, []],
  [
    1,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    6,
    8,
    [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [2, 5, ['5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e', 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b']],
];

/** Everything that is nearly this proof: a bit flipped in each hash, each hash left out, one more at either end, two swapped. */
const spoilt = (proof: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] => {
  const extra = sha256(Buffer.from('extra'));
  const flipped = proof.map((_, n) =>
    proof.map((each, m) => (n === m ? Uint8Array.from(each, (byte, at) => (at === n % 32 ? byte ^ (1 << (n % 8)) : byte)) : each)),
  );
  const shorter = proof.map((_, n) => proof.filter((__, m) => n !== m));
  const swapped = proof.slice(1).map((_, n) => proof.map((each, m) => (m === n ? proof[n + 1] : m === n + 1 ? proof[n] : each) as Uint8Array));
  const longer =
    proof.length === 0
      ? [[extra]]
      : [
          [...proof, extra],
          [extra, ...proof],
          [...proof, proof[proof.length - 1] as Uint8Array],
        ];

  return [...flipped, ...shorter, ...swapped, ...longer];
};

describe('the tree', () => {
  const published = INPUTS.map((input) => leafHash(sha256, input));

  it('has the published roots', () => {
    expect(ROOTS.map((_, n) => hex(rootOfLeaves(sha256, published.slice(0, n + 1))))).toEqual(ROOTS);
    expect(hex(rootOf(sha256, emptyFrontier))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it.each(PATHS)('has the published path of leaf %i in %i', (leaf, size, path) => {
    expect(inclusionProof(sha256, published.slice(0, size), leaf - 1).map(hex)).toEqual(path);
    const claim = { leaf: published[leaf - 1] as Uint8Array, index: leaf - 1, size, root: unhex(ROOTS[size - 1] as string) };
    expect(provesInclusion(sha256, claim, path.map(unhex))).toBe(true);
  });

  it.each(GROWTHS)('has the published path from size %i to %i', (older, size, path) => {
    expect(consistencyProof(sha256, published.slice(0, size), older).map(hex)).toEqual(path);
    const tree = (of: number) => ({ size: of, root: unhex(ROOTS[of - 1] as string) });
    expect(provesConsistency(sha256, tree(older), tree(size), path.map(unhex))).toBe(true);
  });

  it('grown leaf by leaf has the root that its definition says, at every size', () => {
    let so: Frontier = emptyFrontier;
    leaves(80).forEach((leaf, n, all) => {
      so = grow(sha256, so, leaf);
      expect(hex(rootOf(sha256, so))).toBe(hex(byDefinition(all.slice(0, n + 1))));
    });
  });

  it('proves every leaf of every size up to 80, and nothing that is nearly that', () => {
    let [right, refused] = [0, 0];
    for (let size = 1; size <= 80; size += 1) {
      const of = leaves(size);
      const root = rootOfLeaves(sha256, of);
      for (let index = 0; index < size; index += 1) {
        const proof = inclusionProof(sha256, of, index);
        const claim = { leaf: of[index] as Uint8Array, index, size, root };
        if (provesInclusion(sha256, claim, proof)) right += 1;
        const wrong = [
          ...spoilt(proof).map((each) => provesInclusion(sha256, claim, each)),
          provesInclusion(sha256, { ...claim, leaf: root }, proof) && size > 1,
          provesInclusion(sha256, { ...claim, index: (index + 1) % size }, proof) && size > 1,
          provesInclusion(sha256, { ...claim, index: size }, proof),
        ];
        if (wrong.some(Boolean)) throw new Error(`a wrong proof of ${index} in ${size} was taken`);
        refused += wrong.length;
      }
    }
    expect([right, refused > 60_000]).toEqual([3_240, true]);
  });

  it('proves that every older tree is its beginning, up to 80, and nothing that is nearly that', () => {
    let [right, refused] = [0, 0];
    for (let size = 1; size <= 80; size += 1) {
      const of = leaves(size);
      const newer = { size, root: rootOfLeaves(sha256, of) };
      for (let old = 1; old <= size; old += 1) {
        const older = { size: old, root: rootOfLeaves(sha256, of.slice(0, old)) };
        const proof = consistencyProof(sha256, of, old);
        if (provesConsistency(sha256, older, newer, proof)) right += 1;
        const wrong = [
          ...spoilt(proof).map((each) => provesConsistency(sha256, older, newer, each)),
          provesConsistency(sha256, { ...older, root: sha256(older.root) }, newer, proof),
          provesConsistency(sha256, older, { ...newer, root: sha256(newer.root) }, proof),
          provesConsistency(sha256, { ...older, size: size + 1 }, newer, proof),
        ];
        if (wrong.some(Boolean)) throw new Error(`a wrong proof from ${old} to ${size} was taken`);
        refused += wrong.length;
      }
    }
    expect([right, refused > 50_000]).toEqual([3_240, true]);
  });
});

describe('tiles', () => {
  const size = 3 * TILE_WIDTH + 77;
  const of = leaves(size);
  const stored = new Map<string, readonly Uint8Array[]>();
  const above: Uint8Array[] = [];
  growAll(sha256, emptyFrontier, of, (level, index, root) => {
    if (isTileRoot(level)) expect([level, index, above.push(root)]).toEqual([8, index, index + 1]);
  });
  for (let index = 0; index * TILE_WIDTH < size; index += 1) stored.set(keyOf({ level: 0, index }), of.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH));
  stored.set(keyOf({ level: 1, index: 0 }), above);

  it('make the same proofs as all leaves do, from few of them', () => {
    for (const index of [0, 1, 255, 256, 511, 767, 768, 800, size - 1]) {
      const path = inclusion(index, size);
      expect(path.proof(sha256, fromTiles(sha256, stored)).map(hex)).toEqual(path.proof(sha256, fromLeaves(sha256, of)).map(hex));
      expect(tilesOf([path]).length).toBeLessThanOrEqual(3);
    }
    for (const old of [1, 2, 255, 256, 257, 512, 700, 768, 769, size - 1, size]) {
      const path = consistency(old, size);
      expect(path.proof(sha256, fromTiles(sha256, stored)).map(hex)).toEqual(path.proof(sha256, fromLeaves(sha256, of)).map(hex));
    }
  });

  it('that are missing or short are an error, never a wrong proof', () => {
    const short = new Map(stored).set('0/0', of.slice(0, 255));
    expect(() => inclusion(5, size).proof(sha256, fromTiles(sha256, short))).toThrow('tile 0/0 of the log is not complete');
  });

  it('work beyond 2^31 leaves', () => {
    const path = inclusion(2 ** 33 + 5, 2 ** 34 + 3);
    expect(tilesOf([path]).every(({ index }) => Number.isSafeInteger(index) && index >= 0)).toBe(true);
    expect(path.needs).toHaveLength(36); // 33 levels, and the three leaves of the right edge in two subtrees
  });
});
