import { nodeHash, type Hash } from './merkle.ts';
import type { Node, Path } from './proofs.ts';

/** As C2SP's tlog-tiles: a tile is up to 256 neighbours on every eighth level of the tree. */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

/** `level` counts tiles: 0 holds leaves, 1 the roots of full tiles of level 0, and so on. */
export interface Tile {
  readonly level: number;
  readonly index: number;
}

const baseOf = ({ level, index }: Node): { readonly tile: Tile; readonly first: number; readonly count: number } => {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const count = 2 ** (level - tileLevel * TILE_HEIGHT);
  const first = index * count;

  return { tile: { level: tileLevel, index: Math.floor(first / TILE_WIDTH) }, first: first % TILE_WIDTH, count };
};

/** The tiles that hold what paths need, each once. */
export const tilesOf = (paths: readonly Path[]): readonly Tile[] => [
  ...new Map(paths.flatMap((path) => path.needs).map((node) => [keyOf(baseOf(node).tile), baseOf(node).tile])).values(),
];

export const keyOf = ({ level, index }: Tile): string => `${level}/${index}`;

/** Roots of subtrees from tiles by `keyOf`. @throws RangeError when a tile is missing or too short: the log is damaged. */
export const fromTiles =
  (hash: Hash, tiles: ReadonlyMap<string, readonly Uint8Array[]>) =>
  (node: Node): Uint8Array => {
    const { tile, first, count } = baseOf(node);
    let row = (tiles.get(keyOf(tile)) ?? []).slice(first, first + count);
    if (row.length !== count) throw new RangeError(`tile ${keyOf(tile)} of the log is not complete`);
    while (row.length > 1) row = Array.from({ length: row.length / 2 }, (_, n) => nodeHash(hash, row[n * 2] as Uint8Array, row[n * 2 + 1] as Uint8Array));

    return row[0] as Uint8Array;
  };

/** Whether a completed subtree is the root of a full tile, and so an entry of the tile above. */
export const isTileRoot = (level: number): boolean => level % TILE_HEIGHT === 0;
