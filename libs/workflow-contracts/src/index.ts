export * from './names.ts';
export * from './search-attributes.ts';
export * from './messages.ts';
export * from './activities.ts';
export * from './summaries.ts';
