import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type BundleOptions, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { keptBundle, type Made } from './kept-bundle.ts';

/** From source the libraries are read from source too; without the condition a source run would bundle a stale build. */
const isSource = import.meta.url.endsWith('.ts');
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What decides how files become a bundle: another version of it makes another one of the same files. */
const BUNDLERS = ['@temporalio/worker/package.json', 'webpack/package.json', 'swc-loader/package.json'];

/** `notKept`: told why the bundle has to be made again at the next start. */
export const bundleWorkflows = async (notKept: (why: unknown) => void = console.warn): Promise<WorkflowBundleWithSourceMap> => ({
  code: await keptBundle(here(`../../../.cache/workflows/${isSource ? 'source' : 'build'}.json`), make, notKept),
  sourceMap: '', // it is in the code; the type has kept the field
});

const make = async (): Promise<Made> => {
  const files = new Set<string>([fileURLToPath(import.meta.url), ...bundlers()]);
  const { code } = await bundleWorkflowCode({
    workflowsPath: here(isSource ? './workflows.ts' : './workflows.js'),
    logger: { log: () => undefined, trace: () => undefined, debug: () => undefined, info: () => undefined, warn: console.warn, error: console.error },
    webpackConfigHook: (config) => ({
      ...config,
      ...(isSource ? { resolve: { ...config.resolve, conditionNames: ['@handover/source', '...'] } } : {}),
      plugins: [...(config.plugins ?? []), listing(files)],
    }),
  });

  // The entry is in memory only; what it says follows from the names of the workflows, which are in files.
  return { code, files: [...files].filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile()) };
};

const bundlers = (): string[] => {
  const require = createRequire(createRequire(import.meta.url).resolve('@temporalio/worker'));
  return BUNDLERS.map((each) => require.resolve(each));
};

type Config = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];
type Plugin = NonNullable<Config['plugins']>[number];

/** Every file that was read, also to find out where a package lies. */
const listing = (files: Set<string>): Plugin => ({
  apply: (compiler) => compiler.hooks.afterCompile.tap('listing', ({ fileDependencies }) => void [...fileDependencies].forEach((file) => files.add(file))),
});
