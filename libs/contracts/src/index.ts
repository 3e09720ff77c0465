export * from './hook.ts';
