export * from './shared-places.ts';
