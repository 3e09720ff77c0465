export * from './json.ts';
export * from './port.ts';
