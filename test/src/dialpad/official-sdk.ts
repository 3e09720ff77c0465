import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SDK = 'python-dialpad==3.2.0';
const INSTALL_MS = 120_000;
const script = fileURLToPath(new URL('./official-sdk.py', import.meta.url));

export interface OfficialSdk {
  readonly folder: string;
  readonly drive: (url: string) => Promise<Record<string, unknown>>;
}

/** In an environment of its own that is thrown away; the reason when it cannot be had, which is no failure of ours. */
export const installOfficialSdk = async (): Promise<OfficialSdk | string> => {
  const folder = mkdtempSync(join(tmpdir(), 'official-sdk-'));
  try {
    const python = await newestPython();
    await run(python, ['-m', 'venv', folder], { timeout: INSTALL_MS });
    const own = process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
    const quick = ['--quiet', '--disable-pip-version-check', '--no-input', '--retries', '1', '--timeout', '10'];
    await run(own, ['-m', 'pip', 'install', ...quick, SDK], { timeout: INSTALL_MS });
    await run(own, ['-c', 'import dialpad'], { timeout: INSTALL_MS });
    return { folder, drive: (url) => drive(own, url) };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    return String(error).split('\n')[0] ?? '';
  }
};

const newestPython = async (): Promise<string> => {
  for (const name of ['python3', 'python']) {
    const isNewEnough = await run(name, ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 9))']).then(
      () => true,
      () => false,
    );
    if (isNewEnough) return name;
  }
  throw new Error('there is no Python 3.9 or newer');
};

/** Not past a proxy: the sandbox is on this machine. */
const drive = async (python: string, url: string): Promise<Record<string, unknown>> => {
  const { stdout } = await run(python, [script, url], { timeout: 60_000, env: { ...process.env, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' } });
  return JSON.parse(stdout) as Record<string, unknown>;
};
