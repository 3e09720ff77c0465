export * from './program.ts';
export * from './trusted.ts';
export * from './verify-file.ts';
