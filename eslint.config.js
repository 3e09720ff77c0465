import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const only = (...tags) => ({ onlyDependOnLibsWithTags: tags });

/** What may import what. `runtime` says where code can run, `type` what it is there for; both must allow an import. */
const boundaries = [
  { sourceTag: 'runtime:pure', ...only('runtime:pure') },
  { sourceTag: 'runtime:isolate', ...only('runtime:pure', 'runtime:isolate') },
  { sourceTag: 'runtime:node', ...only('runtime:pure', 'runtime:isolate', 'runtime:node') },
  { sourceTag: 'type:domain', ...only('type:domain', 'type:contract', 'type:port') },
  { sourceTag: 'type:contract', ...only('type:contract', 'type:domain') },
  { sourceTag: 'type:port', ...only('type:port') },
  { sourceTag: 'type:adapter', ...only('type:port', 'type:adapter', 'type:domain') },
  { sourceTag: 'type:edge', ...only('type:edge', 'type:domain', 'type:contract') },
  { sourceTag: 'type:connector', ...only('type:connector') },
  { sourceTag: 'type:application', ...only('type:application', 'type:domain', 'type:contract', 'type:port', 'type:connector') },
  { sourceTag: 'type:activity', ...only('type:activity', 'type:application', 'type:domain', 'type:contract', 'type:port', 'type:connector') },
  { sourceTag: 'type:workflow-kit', ...only('type:contract', 'type:domain') },
  { sourceTag: 'type:workflow', ...only('type:workflow-kit', 'type:contract', 'type:domain') },
  {
    sourceTag: 'type:app',
    ...only('type:workflow', 'type:activity', 'type:application', 'type:domain', 'type:contract', 'type:port', 'type:adapter', 'type:connector', 'type:edge'),
  },
  { sourceTag: 'type:tool', ...only('type:tool', 'type:adapter', 'type:port', 'type:edge', 'type:domain', 'type:contract') },
  { sourceTag: 'type:test', ...only('*') },
];

const noClock = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Rules have no clock: take the instant as an argument.' },
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'Rules have no clock: take the instant as an argument.' },
  { selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: 'Rules decide the same every time.' },
  { selector: 'AwaitExpression', message: 'Rules do not wait.' },
];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.cache/**', '.nx/**', '.data/**'] },
  ...tseslint.configs.recommended.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { depConstraints: boundaries, enforceBuildableLibDependency: false, allow: [] }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
    },
  },
  // The type of an injected class is its token: as `import type` it would be gone at run time.
  { files: ['apps/api/src/**/*.ts'], rules: { '@typescript-eslint/consistent-type-imports': 'off' } },
  {
    files: ['libs/case/src/**/*.ts', 'libs/read-models/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...noClock],
      'no-restricted-imports': ['error', { patterns: [{ group: ['node:*'], message: 'Pure code runs anywhere.' }] }],
    },
  },
  // The bundler of workflows lets these through without a word; they would run in the isolate, or break it.
  {
    files: ['workflows/**/*.ts', 'libs/workflow-contracts/src/**/*.ts', 'apps/worker/src/workflows.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['node:*', 'typeorm', 'pg', '@nestjs/*', '@temporalio/client', '@temporalio/worker', '@temporalio/activity', 'pino', 'zod'],
              message: 'Not in a workflow: it must run deterministically in an isolate.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['apps/*/src/main.ts', 'apps/worker/src/reshred.main.ts', 'apps/worker/src/bundle.ts', 'apps/dialpad-sandbox/src/server.ts', 'infra/**', 'test/**'],
    rules: { 'no-console': 'off' },
  },
);
