// npm behind a mirror that lacks other platforms' packages drops their optional entries from package-lock.json, and
// `npm ci` then refuses the lock ("Missing: … from lock file"). This puts the entries back. They hold no integrity,
// because nothing of another platform is ever fetched here.
import { readFileSync, writeFileSync } from 'node:fs';

const file = process.argv[2] ?? 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8'));
const packages = lock.packages;

const systems = ['darwin', 'linux', 'win32', 'android', 'freebsd', 'openbsd', 'netbsd', 'aix', 'sunos', 'openharmony'];
const processors = ['arm64', 'x64', 'ia32', 'arm', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el', 'wasm32'];

/** Where Node would find `name` from the package at `from`. */
const resolve = (from, name) => {
  for (let at = from; ; at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : '') {
    const key = `${at ? `${at}/` : ''}node_modules/${name}`;
    if (packages[key]) return key;
    if (!at) return null;
  }
};

/** Platform packages say in their name what they are for. */
const platformOf = (name) => {
  const words = name.replace('windows', 'win32').split(/[-/]/);
  const os = systems.filter((system) => words.includes(system));
  const cpu = processors.filter((each) => words.includes(each) || (each === 'arm' && words.some((word) => /^arm(v\d|$)/.test(word))));
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : words.some((word) => word.startsWith('gnu')) ? ['glibc'] : [];
  const isWasm = words.includes('wasm32') || words.includes('wasi');

  return { os, cpu: isWasm ? ['wasm32'] : cpu, libc };
};

let added = 0;
const skipped = [];
for (const [at, entry] of Object.entries(packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const version = /(\d+\.\d+\.\d+\S*)$/.exec(range)?.[1];
    const present = resolve(at, name);
    if (present && (!/^\d/.test(range) || packages[present].version === version)) continue;
    const { os, cpu, libc } = platformOf(name);
    if (!version || (os.length === 0 && cpu.length === 0)) {
      skipped.push(`${name}@${range}`);
      continue;
    }
    packages[present ? `${at}/node_modules/${name}` : `node_modules/${name}`] = {
      version,
      ...(cpu.length > 0 && { cpu }),
      ...(entry.dev && { dev: true }),
      ...(libc.length > 0 && { libc }),
      optional: true,
      ...(os.length > 0 && { os }),
    };
    added += 1;
  }
}

lock.packages = Object.fromEntries(Object.entries(packages).sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} entries put back${skipped.length > 0 ? `; not understood: ${skipped.join(', ')}` : ''}`);
