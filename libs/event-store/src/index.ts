export * from './canonical.ts';
export * from './json.ts';
export * from './log.ts';
export * from './memory.ts';
export * from './port.ts';
export * from './upcasting.ts';
