import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PEERS: Readonly<Record<string, string>> = { emmett: '@event-driven-io/emmett-postgresql@0.42.0' };

/**
 * Installs somebody else's store into a folder outside of the project, for this run. emmett has no licence: it may be looked
 * at and measured, and never becomes a dependency. @throws when there is no such peer.
 */
export const installPeer = (name: string): string => {
  const wanted = PEERS[name];
  if (wanted === undefined) throw new Error(`there is no peer ${name}; there are ${Object.keys(PEERS).join(', ')}`);
  const folder = join(tmpdir(), `handover-peer-${name}`);
  if (!existsSync(join(folder, 'node_modules'))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "name": "peer", "private": true, "type": "module" }');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', wanted], { cwd: folder, stdio: 'ignore' });
  }
  return folder;
};
