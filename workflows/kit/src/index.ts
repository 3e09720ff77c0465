export type { Desk } from './desk.ts';
export * from './gates.ts';
export { cases, dialpad } from './proxies.ts';
export { runbook } from './runbook.ts';
export * from './steps.ts';
export { whenDue } from './due.ts';
