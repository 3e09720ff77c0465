export * from './desk.ts';
export * from './gates.ts';
export * from './proxies.ts';
export * from './steps.ts';
export * from './waiting.ts';
