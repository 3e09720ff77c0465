export { startSandbox, type Sandbox, type SandboxOptions } from './server.ts';
export { operations } from './operations.ts';
export type { Field, Fields } from './fields.ts';
