export * from './connector-error.ts';
export * from './http.ts';
export * from './rate-budget.ts';
export * from './priority.ts';
