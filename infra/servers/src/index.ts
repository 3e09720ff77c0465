export * from './ports.ts';
export * from './postgres.ts';
export * from './start-error.ts';
export * from './test-postgres.ts';
