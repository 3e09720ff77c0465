export * from './audit-index.ts';
export * from './projections.ts';
