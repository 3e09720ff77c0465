export * from './by.ts';
export * from './case-activities.ts';
export * from './failures.ts';
