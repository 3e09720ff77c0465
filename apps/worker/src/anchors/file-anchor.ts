import { open, readFile } from 'node:fs/promises';
import { checkpointAt, checkpointKeys, checkpointsAfter, consistencyOf, type KeptCheckpoint, type LogKey } from '@handover/event-store-postgres';
import { equal } from '@handover/merkle';
import { notesIn } from '@handover/record-proof';
import type { DataSource } from 'typeorm';
import type { Anchor } from './anchoring.ts';

const AT_ONCE = 500;

/** What the end of the file says it holds. */
interface Held {
  readonly size: number;
  readonly root: Uint8Array;
}

/**
 * A file that every checkpoint is appended to and flushed, with the statement of each key before its first one. The file is
 * its own memory of how far it has got, so what was signed while it was away is appended later, whoever died in between.
 * It goes no further than it can prove: a log that is not the continuation of what the file holds is an alarm, not a line.
 */
export const fileAnchor = (dataSource: DataSource, path: string): Anchor => {
  let told: Set<string> | null = null;

  return {
    name: 'file',
    size: async () => heldIn(await endOf(path)).size,
    once: async () => {
      const end = await endOf(path);
      const held = heldIn(end);
      const next = await checkpointsAfter(dataSource, held.size, AT_ONCE);
      const alarm = held.size === 0 ? null : await mismatch(dataSource, held, next.at(-1));
      if (alarm !== null || next.length === 0) return { delivered: 0, alarm };
      const keys = await checkpointKeys(dataSource);
      if (end === '') told = new Set(); // new, or somebody put it away: it begins anew, with the keys
      told ??= await toldIn(path, keys);
      const { text, news } = blocks(keys, told, next);
      const gap = end === '' || end.endsWith('\n\n') ? '' : '\n\n'; // whoever wrote the last line may have died in it
      await append(path, gap + text);
      for (const keyId of news) told.add(keyId); // not before they are in it

      return { delivered: next.length, alarm: null };
    },
  };
};

/** `news`: the keys that are told here. */
const blocks = (keys: readonly LogKey[], told: ReadonlySet<string>, next: readonly KeptCheckpoint[]): { text: string; news: ReadonlySet<string> } => {
  const news = new Set<string>();
  const isTold = (keyId: string): boolean => told.has(keyId) || news.has(keyId);
  const lines = next.flatMap(({ keyId, note }) => {
    const untold = isTold(keyId) ? [] : keys.filter((key) => !isTold(key.keyId));
    untold.forEach((key) => news.add(key.keyId));
    return [...untold.map(({ statement }) => statement), note];
  });

  return { text: lines.map((block) => `${block}\n`).join(''), news };
};

const toldIn = async (path: string, keys: readonly LogKey[]): Promise<Set<string>> => {
  const text = await readFile(path, 'utf8').catch(orMissing);
  return new Set(keys.filter(({ statement }) => text?.includes(statement)).map(({ keyId }) => keyId));
};

/** Whether the log goes on from what the file holds; the proof is only made when there is more to append. */
const mismatch = async (dataSource: DataSource, held: Held, next: KeptCheckpoint | undefined): Promise<string | null> => {
  const now = next === undefined ? await checkpointAt(dataSource, held.size) : (await consistencyOf(dataSource, { from: held.size, to: next.size }))?.from;
  if (!now) return `the file holds a checkpoint of ${held.size} events, and the log has none that is as large: it was cut, or restored from a backup`;
  return equal(now.root, held.root) ? null : `the log has another root at ${held.size} events than the checkpoint in the file: it was rewritten`;
};

const orMissing = (error: unknown): null => {
  if ((error as { code?: unknown }).code === 'ENOENT') return null;
  throw error;
};

/** More than a note and the statement of a key take. */
const END_BYTES = 16_384;

/** The file grows by a note a minute, for years: only its end is read. */
const endOf = async (path: string): Promise<string> => {
  const file = await open(path, 'r').catch(orMissing);
  if (file === null) return '';
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - END_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await file.close();
  }
};

const heldIn = (end: string): Held => {
  const [, size = '0', root = ''] = (notesIn(end).at(-1) ?? '').split('\n');
  return { size: Number(size), root: new Uint8Array(Buffer.from(root, 'base64')) };
};

/** Flushed to the disk before it counts as delivered. */
const append = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'a', 0o644);
  try {
    await file.appendFile(text);
    await file.datasync();
  } finally {
    await file.close();
  }
};
