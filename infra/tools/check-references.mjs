// Compares what each project imports with the dependencies in its package.json and the references in its tsconfig.json.
// The compiler builds by the references, npm links by the dependencies, lint judges by both: they must say the same.
// With --fix they are written anew.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const fix = process.argv.includes('--fix');
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

const folders = read(join(root, 'package.json')).workspaces.flatMap((pattern) => {
  if (!pattern.endsWith('/*')) return [pattern];
  const parent = pattern.slice(0, -2);
  return readdirSync(join(root, parent))
    .map((name) => join(parent, name))
    .filter((folder) => existsSync(join(root, folder, 'package.json')));
});
const projects = folders.map((folder) => ({ folder, name: read(join(root, folder, 'package.json')).name }));
const folderOf = new Map(projects.map(({ name, folder }) => [name, folder]));

const importsOf = (folder) => {
  const found = new Set();
  const src = join(root, folder, 'src');
  for (const entry of readdirSync(src, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const text = readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'utf8');
    for (const [, name] of text.matchAll(/from '(@handover\/[\w-]+)(?:\/[\w-]+)?'/g)) found.add(name);
  }
  return [...found].sort();
};

const problems = [];
for (const { folder, name } of projects) {
  const used = importsOf(folder).filter((each) => each !== name);
  const unknown = used.filter((each) => !folderOf.has(each));
  if (unknown.length > 0) problems.push(`${folder} imports ${unknown.join(', ')}, which no project is called`);
  const dependencies = Object.fromEntries(used.map((each) => [each, '*']));
  const references = used.filter((each) => folderOf.has(each)).map((each) => ({ path: relative(folder, folderOf.get(each)) }));
  for (const [file, field, wanted] of [
    ['package.json', 'dependencies', dependencies],
    ['tsconfig.json', 'references', references],
  ]) {
    const path = join(root, folder, file);
    const content = read(path);
    const sorted = (value) => JSON.stringify(Array.isArray(value) ? value.map((each) => each.path).sort() : Object.keys(value ?? {}).sort());
    if (sorted(content[field] ?? (field === 'references' ? [] : {})) === sorted(wanted)) continue;
    if (fix) writeFileSync(path, `${JSON.stringify({ ...content, [field]: wanted }, null, 2)}\n`);
    else problems.push(`${relative(root, path)}: ${field} differ from what ${dirname(relative(root, path))}/src imports`);
  }
}

const listed = read(join(root, 'tsconfig.json'))
  .references.map(({ path }) => path)
  .sort();
if (JSON.stringify(listed) !== JSON.stringify(projects.map(({ folder }) => folder).sort()))
  problems.push('tsconfig.json: references are not the projects of the workspace');

if (problems.length > 0) {
  for (const problem of problems) console.error(problem);
  console.error('Run "node infra/tools/check-references.mjs --fix", then "npm install".');
  process.exitCode = 1;
}
