export * from './calls.ts';
export * from './cannot-plan.ts';
export * from './joiner-planning.ts';
export * from './leaver-planning.ts';
export * from './linking.ts';
export * from './mover-planning.ts';
export * from './namesake.ts';
export * from './plan-hash.ts';
