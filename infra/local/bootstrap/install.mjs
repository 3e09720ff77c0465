import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from './run-quietly.mjs';

/** Afterwards node_modules holds what package-lock.json names. Quick when it already does. */
export const ensureInstalled = async (root) => {
  const stamp = join(root, 'node_modules', '.handover-install');
  const wanted = fingerprint(root);
  if (textOf(stamp) === wanted) return;
  if (!installedFromThisLock(root)) await install(root);
  writeFileSync(stamp, wanted);
};

/** Native packages are chosen by platform, so a folder shared between two machines is installed again. */
const fingerprint = (root) =>
  createHash('sha256')
    .update(`${process.platform} ${process.arch}\n`)
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

const install = async (root) => {
  const again = existsSync(join(root, 'node_modules'));
  console.log(`Installing the packages${again ? ' again, because package-lock.json has changed' : ''} (about 700 MB, under a minute with a warm npm cache) …`);
  const npm = npmCommand();
  const args = [...npm.args, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await runQuietly(npm.command, args, { cwd: root, every: 10, still: 'still installing the packages' });
  if (code === 0) return;

  console.error(output.trim());
  const remedy = output.includes('from lock file')
    ? 'The lock file misses packages of other platforms: run "node infra/tools/fix-lock.mjs" and try again.'
    : 'Check the network and the npm registry ("npm config get registry"), and run the command again.';
  throw new Error(`npm ci failed (exit code ${code}). ${remedy}`);
};

/** npm tells scripts where it is; the npm on the PATH may be another one. */
const npmCommand = () => {
  const path = process.env.npm_execpath;
  return path && /npm-cli\.c?js$/.test(path) ? { command: process.execPath, args: [path] } : { command: 'npm', args: [] };
};

/**
 * Somebody may have run `npm ci` by hand, which leaves no stamp of ours: npm's own list of what it installed is then
 * compared with the lock file. Only packages of other platforms may be missing from it.
 */
const installedFromThisLock = (root) => {
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  const locked = packagesOf(join(root, 'package-lock.json'));
  if (!installed || !locked) return false;
  const same = ([path, entry]) => locked[path]?.version === entry.version;
  const there = ([path, entry]) => !path.startsWith('node_modules/') || entry.optional || entry.link || path in installed;

  return Object.entries(installed).every(same) && Object.entries(locked).every(there);
};

const packagesOf = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
};

const textOf = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};
