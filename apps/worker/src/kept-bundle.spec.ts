import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { keptBundle } from './kept-bundle.ts';

let folder: string;
let source: string;
let kept: string;
let times: number;
let told: unknown[];

const write = (text: string): void => {
  writeFileSync(source, text);
  utimesSync(source, new Date('2026-01-01'), new Date('2026-01-01'));
};
const bundle = (place = kept): Promise<string> =>
  keptBundle(
    place,
    () => {
      times += 1;
      return Promise.resolve({ code: `bundled ${readFileSync(source, 'utf8')}`, files: [source] });
    },
    notKept,
  );
const notKept = (why: unknown): void => void told.push(why);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kept-bundle-'));
  source = join(folder, 'source.js');
  kept = join(folder, 'not', 'yet', 'there', 'kept.json');
  times = 0;
  told = [];
  write('one');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a bundle', () => {
  it('is made once for the files it is made of', async () => {
    expect([await bundle(), await bundle(), times]).toEqual(['bundled one', 'bundled one', 1]);
  });

  it('is made again when one of them is another, though of the same time and length', async () => {
    await bundle();
    write('two');
    expect([await bundle(), await bundle(), times]).toEqual(['bundled two', 'bundled two', 2]);
  });

  it('is made again when one of them is gone', async () => {
    await bundle();
    const elsewhere = join(folder, 'moved.js');
    writeFileSync(elsewhere, 'moved');
    rmSync(source);
    source = elsewhere;
    expect(await bundle()).toBe('bundled moved');
  });

  it('is made again when what was kept is damaged', async () => {
    await bundle();
    writeFileSync(kept, readFileSync(kept, 'utf8').slice(0, 20));
    expect([await bundle(), await bundle(), times]).toEqual(['bundled one', 'bundled one', 2]);
  });

  it('is not kept when a file changed while it was made: which text went in, nobody knows', async () => {
    const changing = (): Promise<string> =>
      keptBundle(
        kept,
        () => {
          times += 1;
          const code = `bundled ${readFileSync(source, 'utf8')}`;
          writeFileSync(source, 'changed meanwhile');
          return Promise.resolve({ code, files: [source] });
        },
        notKept,
      );
    expect(await changing()).toBe('bundled one');
    write('changed meanwhile');
    expect([await bundle(), times]).toEqual(['bundled changed meanwhile', 2]);
  });

  it('is made also where nothing can be kept, and that is said', async () => {
    expect(await bundle(join(source, 'below a file'))).toBe('bundled one');
    expect(told).toMatchObject([{ code: 'EEXIST' }]);
  });

  it('is whole for each of several that make it at once', async () => {
    expect(new Set(await Promise.all(Array.from({ length: 8 }, () => bundle())))).toEqual(new Set(['bundled one']));
    expect(told).toEqual([]);
    times = 0;
    expect([await bundle(), times]).toEqual(['bundled one', 0]);
  });
});
