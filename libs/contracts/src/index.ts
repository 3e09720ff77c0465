export * from './hook.ts';
export * from './http.ts';
