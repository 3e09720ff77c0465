export type { Problem, Queryable } from './problem.ts';
export { verifyStreams, type Verified } from './verify-streams.ts';
export { verifyLog, type LogVerified, type Outside } from './verify-log.ts';
export { verifyRecord, type RecordVerified } from './verify-record.ts';
