import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

/** From source the libraries are read from source too; without the condition a source run would bundle a stale build. */
const isSource = import.meta.url.endsWith('.ts');

export const bundleWorkflows = (): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL(isSource ? './workflows.ts' : './workflows.js', import.meta.url)),
    logger: { log: () => undefined, trace: () => undefined, debug: () => undefined, info: () => undefined, warn: console.warn, error: console.error },
    ...(isSource ? { webpackConfigHook: (config) => ({ ...config, resolve: { ...config.resolve, conditionNames: ['@handover/source', '...'] } }) } : {}),
  });
