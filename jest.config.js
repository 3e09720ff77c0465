// One runner for the whole workspace. The suffix of a test file names its cost:
// *.spec.ts needs nothing, *.int.spec.ts starts PostgreSQL, the sandbox or Temporal, *.e2e.spec.ts starts all of it.
const base = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@handover/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  modulePathIgnorePatterns: ['/dist/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};
const folders = ['apps', 'workflows', 'activities', 'libs', 'infra', 'test'];
const match = (suffix) => folders.map((folder) => `<rootDir>/${folder}/**/src/**/*${suffix}.ts`);
const not = ['/node_modules/', '/dist/'];

export default {
  maxWorkers: 2,
  projects: [
    { ...base, displayName: 'unit', testMatch: match('.spec'), testPathIgnorePatterns: [...not, '\\.(int|e2e)\\.spec\\.ts$'] },
    { ...base, displayName: 'int', testMatch: match('.int.spec'), testPathIgnorePatterns: not },
    { ...base, displayName: 'e2e', testMatch: match('.e2e.spec'), testPathIgnorePatterns: not },
  ],
};
