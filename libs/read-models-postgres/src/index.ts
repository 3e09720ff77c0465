export * from './audit-index.ts';
export { caseList } from './case-list.ts';
export * from './find-cases.ts';
export * from './find-numbers.ts';
export { numberHistory } from './number-provenance.ts';
export * from './projections.ts';
