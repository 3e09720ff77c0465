export * from './dialpad.ts';
export * from './types.ts';
