export { compose, type Parts } from './compose.ts';
export { createApi } from './server.ts';
