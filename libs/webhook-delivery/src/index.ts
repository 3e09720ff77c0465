export * from './networks.ts';
export * from './signing.ts';
export * from './back-off.ts';
export * from './sender.ts';
