export type { Problem, Queryable } from './problem.ts';
export { verifyStreams, type Verified } from './verify-streams.ts';
export { verifyLog, type LogVerified } from './verify-log.ts';
export type { Outside } from './verify-checkpoints.ts';
export { verifyRecord, type RecordVerified } from './verify-record.ts';
