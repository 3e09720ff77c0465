export * from './ports.ts';
export * from './postgres.ts';
export * from './start-error.ts';
export * from './temporal-cli.ts';
export * from './test-postgres.ts';
export * from './time-skipping-server.ts';
export { cacheFolder, download, type Say, type Tool } from './tools.ts';
