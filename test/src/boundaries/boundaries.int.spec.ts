import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { root } from '@handover/local';
import { bundleWorkflows } from '@handover/worker';

const env = { ...process.env, NX_DAEMON: 'false', NODE_OPTIONS: '' };

/** What lint says of a file that does not exist: rules that fired, by name. */
const lint = (file: string, text: string): string[] => {
  const { stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/eslint/bin/eslint.js'), '--stdin', '--stdin-filename', join(root, file), '--format', 'json'],
    {
      cwd: root,
      env,
      input: text,
      encoding: 'utf8',
    },
  );
  const [result] = JSON.parse(stdout) as { messages: { ruleId: string | null; severity: number }[] }[];
  return (result?.messages ?? []).filter((message) => message.severity === 2).map((message) => message.ruleId ?? 'parse');
};

beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'node_modules/nx/dist/bin/nx.js'), 'show', 'projects'], { cwd: root, env, stdio: 'ignore' });
}, 60_000);

describe('a forbidden import', () => {
  it.each([
    [
      'a database in a workflow',
      'workflows/leaver/src/forbidden.ts',
      "import { DataSource } from 'typeorm';\nexport const a = DataSource;\n",
      'no-restricted-imports',
    ],
    [
      'Node in a workflow',
      'workflows/joiner/src/forbidden.ts',
      "import { readFileSync } from 'node:fs';\nexport const a = readFileSync;\n",
      'no-restricted-imports',
    ],
    [
      'an adapter in a rule',
      'libs/case/src/forbidden.ts',
      "import { openDatabase } from '@handover/event-store-postgres';\nexport const a = openDatabase;\n",
      '@nx/enforce-module-boundaries',
    ],
    [
      "the connector in the API's shapes",
      'libs/contracts/src/forbidden.ts',
      "import { createDialpad } from '@handover/connector-dialpad';\nexport const a = createDialpad;\n",
      '@nx/enforce-module-boundaries',
    ],
    [
      'an activity in a workflow',
      'workflows/leaver/src/forbidden.ts',
      "import { createDialpadActivities } from '@handover/activities-dialpad';\nexport const a = createDialpadActivities;\n",
      '@nx/enforce-module-boundaries',
    ],
    ['a clock in a rule', 'libs/case/src/forbidden.ts', 'export const a = (): number => Date.now();\n', 'no-restricted-syntax'],
  ])(
    'of %s is an error',
    (_says, file, text, rule) => {
      expect(lint(file, text)).toContain(rule);
    },
    60_000,
  );

  it('is what these tests look for: an allowed one is no error', () => {
    expect(lint('workflows/leaver/src/allowed.ts', "import { passGate } from '@handover/workflow-kit';\nexport const a = passGate;\n")).toEqual([]);
  }, 60_000);
});

describe('the workflow bundle', () => {
  it('holds none of what must not run there', async () => {
    const { code } = await bundleWorkflows();
    const holds = (module: string): boolean => code.includes(`./${module}`);
    const forbidden = [
      'node_modules/typeorm/',
      'node_modules/pg/',
      'node_modules/zod/',
      'node_modules/pino/',
      'node_modules/@nestjs/',
      'libs/event-store-postgres/',
      'libs/connectors/',
      'activities/',
    ];
    expect(forbidden.filter(holds)).toEqual([]);
    expect(['workflows/leaver/', 'workflows/joiner/', 'workflows/kit/'].filter(holds)).toHaveLength(3);
  }, 60_000);
});
