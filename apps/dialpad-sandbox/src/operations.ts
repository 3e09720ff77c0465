import type { Fields } from './fields.ts';
import { apiRoutes } from './routes/index.ts';

export interface Operation {
  readonly method: string;
  /** Below `/api/v2`. */
  readonly template: string;
  readonly body: Fields | null;
}

/** What the sandbox plays, for whoever wants to hold it against Dialpad's description. */
export const operations: readonly Operation[] = apiRoutes.map(({ method, template, body }) => ({ method, template, body: body ?? null }));
