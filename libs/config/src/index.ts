export * from './config-error.ts';
export * from './env.ts';
export * from './policy.ts';
export * from './secrets.ts';
