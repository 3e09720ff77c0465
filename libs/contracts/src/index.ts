import './wording.ts';
export * from './hook.ts';
export * from './http.ts';
export * from './holds.ts';
export * from './audit.ts';
export * from './numbers.ts';
export * from './subject-access.ts';
