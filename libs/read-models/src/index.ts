export * from './case-detail.ts';
export * from './timeline.ts';
export * from './legal-holds.ts';
export * from './leaver-impact.ts';
