// The first thing every script of the root package.json runs. It may import nothing that has to be installed: it makes
// sure that the packages are there and the sources are built, and then hands over to the real program.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './bootstrap/build.mjs';
import { ensureInstalled } from './bootstrap/install.mjs';
import { withLock } from './bootstrap/lock.mjs';
import { nodeComplaint } from './bootstrap/node-version.mjs';
import { handOver } from './bootstrap/hand-over.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const commands = ['demo', 'start', 'test', 'check', 'bench', 'sandbox', 'handover'];

const main = async () => {
  const [command, ...args] = process.argv.slice(2);
  if (!commands.includes(command)) throw new Error(`Usage: node infra/local/run.mjs <${commands.join('|')}> [arguments]`);
  const complaint = nodeComplaint(process.versions.node);
  if (complaint) throw new Error(complaint);

  await withLock(join(root, '.cache', 'bootstrap.lock'), async () => {
    await ensureInstalled(root);
    await ensureBuilt(root);
  });
  await handOver(root, [command, ...args]);
};

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
