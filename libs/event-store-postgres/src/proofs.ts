import {
  consistency,
  fromTiles,
  inclusion,
  keyOf,
  provesConsistency,
  provesInclusion,
  rootAt,
  tilesOf,
  type Path,
  type Tile,
  type Tree,
} from '@handover/merkle';
import { logLeaf, sha256 } from '@handover/record-proof';
import type { DataSource } from 'typeorm';
import { checkpointAt, checkpoints, type KeptCheckpoint } from './log.ts';

/** The tables of the tree are not what was signed: somebody changed them. `npm run handover -- verify` says where. */
export class LogDamaged extends Error {
  constructor(what: string) {
    super(`the log does not lead to its own signed checkpoint: ${what}`);
    this.name = 'LogDamaged';
  }
}

export interface Proved {
  /** In the order of the positions, as are the proofs. */
  readonly leaves: readonly Uint8Array[];
  readonly proofs: readonly (readonly Uint8Array[])[];
  readonly checkpoint: KeptCheckpoint;
}

/** The hashes that lead from events to a checkpoint, the newest unless one is given; null while one of them is not under it. */
export const proofsAt = async (dataSource: DataSource, positions: readonly number[], under?: KeptCheckpoint): Promise<Proved | null> => {
  const [checkpoint] = under ? [under] : await checkpoints(dataSource, 1);
  if (!checkpoint || positions.some((position) => position >= checkpoint.size)) return null;
  const { size, root } = checkpoint;
  const paths = positions.map((position) => inclusion(position, size));
  const ends = positions.map((position) => ({ level: 0, index: position }));
  const rootOf = fromTiles(sha256, await readTiles(dataSource, paths, ends));
  const leaves = ends.map((leaf) => orDamaged(() => rootOf(leaf)));
  const proofs = paths.map((path) => orDamaged(() => path.proof(sha256, rootOf)));
  positions.forEach((index, n) => {
    if (!provesInclusion(sha256, { leaf: leaves[n] as Uint8Array, index, size, root }, proofs[n] ?? [])) throw new LogDamaged(`position ${index}`);
  });

  return { leaves, proofs, checkpoint };
};

export const proofOf = async (
  dataSource: DataSource,
  position: number,
): Promise<{ readonly leaf: Uint8Array; readonly proof: readonly Uint8Array[]; readonly checkpoint: KeptCheckpoint } | null> => {
  const found = await proofsAt(dataSource, [position]);
  return found && { leaf: found.leaves[0] as Uint8Array, proof: found.proofs[0] ?? [], checkpoint: found.checkpoint };
};

export interface Consistency {
  /** The tree as it was at the older size, whether or not a checkpoint of that size is still stored. */
  readonly from: Tree;
  readonly to: KeptCheckpoint;
  readonly proof: readonly Uint8Array[];
}

/** That the log at an older size is the beginning of the log at a checkpoint, the newest unless told; null when there is no such. */
export const consistencyOf = async (
  dataSource: DataSource,
  sizes: { readonly from: number; readonly to?: number | undefined },
): Promise<Consistency | null> => {
  const to = sizes.to === undefined ? (await checkpoints(dataSource, 1))[0] : await checkpointAt(dataSource, sizes.to);
  if (!to || sizes.from < 1 || sizes.from > to.size) return null;
  const [path, older] = [consistency(sizes.from, to.size), rootAt(sizes.from)];
  const rootOf = fromTiles(sha256, await readTiles(dataSource, [path, older]));
  const proof = orDamaged(() => path.proof(sha256, rootOf));
  const from = { size: sizes.from, root: orDamaged(() => older.proof(sha256, rootOf))[0] as Uint8Array };
  if (!provesConsistency(sha256, from, to, proof)) throw new LogDamaged(`sizes ${from.size} and ${to.size}`);

  return { from, to, proof };
};

const orDamaged = <T>(make: () => T): T => {
  try {
    return make();
  } catch (error) {
    throw error instanceof RangeError ? new LogDamaged(error.message) : error;
  }
};

const WIDE = 256;

/** All tiles of a call in two statements at most, each by ranges of the primary key. */
const readTiles = async (dataSource: DataSource, paths: readonly Path[], more: Path['needs'] = []): Promise<ReadonlyMap<string, readonly Uint8Array[]>> => {
  const wanted = tilesOf([...paths, { needs: more, proof: () => [] }]);
  const tiles = new Map<string, Uint8Array[]>(wanted.map((tile) => [keyOf(tile), []]));
  const put = (tile: Tile, at: number, hash: Uint8Array): void => {
    const row = tiles.get(keyOf(tile)) as Uint8Array[];
    if (row.length === at) row.push(hash); // a hole ends the tile: what comes after it cannot be relied on
  };
  const leaves = wanted.filter(({ level }) => level === 0).map(({ index }) => index);
  if (leaves.length > 0) {
    const rows = (await dataSource.query(
      `SELECT l.position, l.hash FROM unnest($1::bigint[]) t(i) JOIN ev.log_leaf l ON l.position >= t.i * ${WIDE} AND l.position < (t.i + 1) * ${WIDE} ORDER BY 1`,
      [leaves],
    )) as { position: string; hash: Buffer }[];
    for (const { position, hash } of rows) put({ level: 0, index: Math.floor(Number(position) / WIDE) }, Number(position) % WIDE, logLeaf(hash));
  }
  const nodes = wanted.filter(({ level }) => level > 0);
  if (nodes.length > 0) {
    const rows = (await dataSource.query(
      `SELECT n.level, n.index, n.hash FROM unnest($1::int[], $2::bigint[]) t(l, i)
         JOIN ev.log_node n ON n.level = t.l AND n.index >= t.i * ${WIDE} AND n.index < (t.i + 1) * ${WIDE} ORDER BY 1, 2`,
      [nodes.map(({ level }) => level * 8), nodes.map(({ index }) => index)],
    )) as { level: number; index: string; hash: Buffer }[];
    for (const { level, index, hash } of rows) put({ level: level / 8, index: Math.floor(Number(index) / WIDE) }, Number(index) % WIDE, new Uint8Array(hash));
  }
  return tiles;
};
