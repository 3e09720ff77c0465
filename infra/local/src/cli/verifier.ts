import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { StartError, type Say } from '@handover/servers';
import webpack from 'webpack';
import { root } from '../root.ts';

const BANNER = `#!/usr/bin/env node
// Verifies exports and evidence packs of Handover with nothing but Node.js (20 or newer): node verify.mjs --help
// One file, not minified, so that it can be read. The format it reads is described in libs/record-proof of Handover.
`;

/** Writes the verifier as one file that an auditor can take along: no packages, no database, no network. */
export const writeVerifier = async (out: string | undefined, json: boolean, say: Say): Promise<number> => {
  if (out === undefined) throw new StartError('say where to: verifier --out verify.mjs');
  const file = resolve(out);
  const text = BANNER + (await bundled());
  writeFileSync(`${file}.new`, text);
  chmodSync(`${file}.new`, 0o755);
  renameSync(`${file}.new`, file);
  const sha256 = createHash('sha256').update(text).digest('hex');
  say(json ? JSON.stringify({ file, bytes: Buffer.byteLength(text), sha256 }) : `${file}\n  sha256 ${sha256}`);

  return 0;
};

/** The same sources give the same bytes: nothing of this machine gets in. */
const bundled = async (): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'handover-verifier-'));
  try {
    const compiler = webpack({
      mode: 'none',
      target: 'node20',
      context: root,
      entry: join(root, 'libs/record-verifier/dist/main.js'),
      devtool: false,
      experiments: { outputModule: true },
      output: { path: folder, filename: 'verify.mjs', module: true, chunkFormat: 'module' },
      optimization: { concatenateModules: true, providedExports: true, usedExports: true, sideEffects: true, minimize: false },
    });
    const stats = await new Promise<webpack.Stats | undefined>((done, failed) => compiler?.run((error, result) => (error ? failed(error) : done(result))));
    if (!stats || stats.hasErrors()) throw new Error(`the verifier could not be bundled: ${stats?.toString({ all: false, errors: true }) ?? 'no result'}`);

    return readable(readFileSync(join(folder, 'verify.mjs'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** What the bundler calls an import of Node.js is no name for people. */
const readable = (text: string): string =>
  text.replaceAll(/__WEBPACK_EXTERNAL_MODULE_node_(\w+?)_[0-9a-f]{8}_(\w+?)__/g, 'node_$1_$2').replaceAll(/^\/\/# sourceMappingURL=.*\n/gm, '');
