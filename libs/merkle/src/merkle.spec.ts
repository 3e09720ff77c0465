import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  consistencyProof,
  emptyFrontier,
  grow,
  inclusionProof,
  leafHash,
  nodeHash,
  provesConsistency,
  provesInclusion,
  rootOf,
  rootOfLeaves,
  type Frontier,
  type Hash,
} from './merkle.ts';

const sha256: Hash = (bytes) => createHash('sha256').update(bytes).digest();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const leaves = (size: number): Uint8Array[] => Array.from({ length: size }, (_, n) => leafHash(sha256, Buffer.from(`leaf ${n}`)));

/** The definition of RFC 6962, 2.1, word for word: slow, and obviously right. */
const byDefinition = (of: readonly Uint8Array[]): Uint8Array => {
  if (of.length === 0) return sha256(new Uint8Array());
  if (of.length === 1) return of[0] as Uint8Array;
  let at = 1;
  while (at * 2 < of.length) at *= 2;
  return nodeHash(sha256, byDefinition(of.slice(0, at)), byDefinition(of.slice(at)));
};

/** Test vectors of the Certificate Transparency reference implementation. */
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

describe('the tree', () => {
  it('has the roots of the reference vectors', () => {
    const hashed = INPUTS.map((input) => leafHash(sha256, input));
    expect(ROOTS.map((_, n) => hex(rootOfLeaves(sha256, hashed.slice(0, n + 1))))).toEqual(ROOTS);
    expect(hex(rootOf(sha256, emptyFrontier))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('grown leaf by leaf has the root that its definition says, at every size', () => {
    let so: Frontier = emptyFrontier;
    leaves(80).forEach((leaf, n, all) => {
      so = grow(sha256, so, leaf);
      expect(hex(rootOf(sha256, so))).toBe(hex(byDefinition(all.slice(0, n + 1))));
    });
  });

  it('proves every leaf of every size, and nothing else', () => {
    for (let size = 1; size <= 40; size += 1) {
      const of = leaves(size);
      const root = rootOfLeaves(sha256, of);
      for (let index = 0; index < size; index += 1) {
        const proof = inclusionProof(sha256, of, index);
        const claim = { leaf: of[index] as Uint8Array, index, size, root };
        expect(provesInclusion(sha256, claim, proof)).toBe(true);
        expect(provesInclusion(sha256, { ...claim, leaf: leafHash(sha256, Buffer.from('another')) }, proof)).toBe(false);
        expect(provesInclusion(sha256, { ...claim, index: (index + 1) % size }, proof)).toBe(size === 1);
        expect(provesInclusion(sha256, claim, [...proof, root])).toBe(false);
        if (proof.length > 0) expect(provesInclusion(sha256, claim, proof.slice(1))).toBe(false);
      }
    }
  });

  it('proves that every older tree is its beginning, and nothing else', () => {
    for (let size = 1; size <= 40; size += 1) {
      const of = leaves(size);
      const newer = { size, root: rootOfLeaves(sha256, of) };
      for (let old = 1; old <= size; old += 1) {
        const older = { size: old, root: rootOfLeaves(sha256, of.slice(0, old)) };
        const proof = consistencyProof(sha256, of, old);
        expect(provesConsistency(sha256, older, newer, proof)).toBe(true);
        expect(provesConsistency(sha256, { ...older, root: leafHash(sha256, Buffer.from('another')) }, newer, proof)).toBe(false);
        expect(provesConsistency(sha256, older, newer, [...proof, newer.root])).toBe(false);
      }
    }
  });

  it('finds any flipped bit of a proof', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.nat(), fc.nat(), fc.nat({ max: 255 }), (size, at, which, bit) => {
        const of = leaves(size);
        const index = at % size;
        const proof = inclusionProof(sha256, of, index).map((each) => Uint8Array.from(each));
        const wrong = proof[which % proof.length] as Uint8Array;
        wrong[Math.floor(bit / 8)] = (wrong[Math.floor(bit / 8)] as number) ^ (1 << (bit % 8));
        expect(provesInclusion(sha256, { leaf: of[index] as Uint8Array, index, size, root: rootOfLeaves(sha256, of) }, proof)).toBe(false);
      }),
    );
  });
});
