export * from './merkle.ts';
export * from './proofs.ts';
export * from './tiles.ts';
