export * from './case-detail.ts';
export * from './timeline.ts';
