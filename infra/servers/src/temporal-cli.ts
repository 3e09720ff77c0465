import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, download, downloadUrl, firstOf, given, intoPlace, onPath, run, type Say, type Tool } from './tools.ts';

/** The release that infra/temporal/cli/go.mod pins: server 1.31.2, UI 2.50.1. */
export const TEMPORAL_VERSION = '1.8.2';

const module = fileURLToPath(new URL('../../temporal/cli', import.meta.url));

/** Temporal's command-line program, which holds the server and its UI. */
export const temporalCli = (say: Say): Promise<Tool> => {
  const cached = join(cacheFolder(), `temporal-${TEMPORAL_VERSION}`, 'temporal');

  return firstOf(
    'Temporal server',
    [
      { name: 'HANDOVER_TEMPORAL_CLI', find: async () => given('HANDOVER_TEMPORAL_CLI') },
      { name: 'on the PATH', find: async () => onPath('temporal') },
      { name: 'from an earlier start', find: async () => (existsSync(cached) ? cached : null) },
      { name: 'official download', find: () => download(downloadUrl('cli/archive', `v${TEMPORAL_VERSION}`), 'temporal', cached) },
      { name: 'built with Go', find: () => build(cached, say) },
    ],
    say,
    'Install it (https://docs.temporal.io/cli), install Go 1.26 or newer so that it can be built, or set TEMPORAL_ADDRESS to a server of your own.',
  );
};

const build = async (target: string, say: Say): Promise<string | null> => {
  const go = onPath('go') ?? (existsSync('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : null);
  if (go === null) return null;
  say('Building the Temporal server with Go: about three minutes, once per user …');

  return intoPlace(target, async (folder) => {
    const out = join(folder, 'temporal');
    await run(
      go,
      [
        'build',
        '-mod=readonly',
        '-trimpath',
        '-ldflags',
        `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${TEMPORAL_VERSION}`,
        '-o',
        out,
        'github.com/temporalio/cli/cmd/temporal',
      ],
      { cwd: module, env: { CGO_ENABLED: '0' }, still: (seconds) => say(`  … still building the Temporal server (${seconds} s)`) },
    );
    return out;
  });
};
