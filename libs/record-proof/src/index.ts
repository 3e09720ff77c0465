export * from './note.ts';
export * from './checkpoint.ts';
export * from './key-statement.ts';
export * from './hashing.ts';
export * from './verify-export.ts';
export * from './evidence.ts';
