export * from './audit-index.ts';
export * from './find-numbers.ts';
export { numberHistory } from './number-provenance.ts';
export * from './projections.ts';
