export * from './database.ts';
export * from './idempotency.ts';
export * from './inbox.ts';
export * from './postgres-event-store.ts';
export * from './rows.ts';
export * from './verify.ts';
export * from './log.ts';
export * from './sequencer.ts';
