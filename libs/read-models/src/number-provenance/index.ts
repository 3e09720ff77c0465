export * from './changes.ts';
export * from './provenance.ts';
export * from './suggestion.ts';
