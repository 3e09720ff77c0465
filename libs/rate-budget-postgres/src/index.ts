export * from './shared-budget.ts';
