import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = new URL('../../../', import.meta.url).pathname.replace(/\/dist\/$/, '/');
const FOLDERS = ['libs', 'apps', 'workflows', 'activities'];

const sources = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : sources(join(folder, entry.name));
    return entry.name.endsWith('.ts') ? [join(folder, entry.name)] : [];
  });

/** Imports of types count as well: who reads a file has to read the other first, either way. */
const importsOf = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/from '(\.{1,2}\/[^']+\.ts)'/g)].map(([, path = '']) => resolve(dirname(file), path));

const circlesIn = (graph: ReadonlyMap<string, readonly string[]>): readonly string[] => {
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): readonly string[] => {
    if (path.includes(file)) return [[...path.slice(path.indexOf(file)), file].map((each) => relative(root, each)).join(' > ')];
    if (done.has(file)) return [];
    const found = (graph.get(file) ?? []).flatMap((next) => walk(next, [...path, file]));
    done.add(file);
    return found;
  };
  return [...graph.keys()].flatMap((file) => walk(file, []));
};

describe('no file imports itself', () => {
  const graph = new Map(FOLDERS.flatMap((folder) => sources(join(root, folder))).map((file) => [file, importsOf(file)]));

  it('by way of others', () => {
    expect(graph.size).toBeGreaterThan(300);
    expect(circlesIn(graph)).toEqual([]);
  });

  it('which this test would see', () => {
    expect(
      circlesIn(
        new Map([
          [join(root, 'a.ts'), [join(root, 'b.ts')]],
          [join(root, 'b.ts'), [join(root, 'a.ts')]],
        ]),
      ),
    ).toEqual(['a.ts > b.ts > a.ts']);
  });
});
