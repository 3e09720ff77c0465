export * from './case-detail.ts';
export * from './case-row.ts';
export * from './timeline.ts';
export * from './legal-holds.ts';
export * from './leaver-impact.ts';
export * as numberProvenance from './number-provenance/index.ts';
export type { NumberChange, NumberEntry, NumberRecord, Place, Suggestion } from './number-provenance/index.ts';
