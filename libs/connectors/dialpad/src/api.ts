import type { Call, Http } from '@handover/connector-kit';
import { ConnectorError, isConnectorError } from '@handover/connector-kit';
import type { z } from 'zod';
import { page, read } from './wire/answer.ts';

/** Dialpad's conventions over plain HTTP: checked bodies, pages followed to the end, 404 as null where it is an answer. */
export interface Api {
  readonly get: <T>(schema: z.ZodType<T>, path: string, params?: Call['params'], query?: Call['query']) => Promise<T>;
  readonly find: <T>(schema: z.ZodType<T>, path: string, params?: Call['params']) => Promise<T | null>;
  /** Of an operation that pages. */
  readonly list: <T>(schema: z.ZodType<T>, path: string, params?: Call['params'], query?: Call['query']) => Promise<T[]>;
  /** Of an operation that answers everything at once. */
  readonly whole: <T>(schema: z.ZodType<T>, path: string, params?: Call['params']) => Promise<T[]>;
  readonly write: (method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, params?: Call['params'], body?: unknown, query?: Call['query']) => Promise<void>;
  /** A write whose answer counts. */
  readonly ask: <T>(schema: z.ZodType<T>, method: 'POST' | 'PUT' | 'PATCH', path: string, body: unknown) => Promise<T>;
}

/** More than 100 still gives 100, and is answered 400 one time in five on purpose (description of `GET /users`). */
export const LARGEST_PAGE = '100';

export const createApi = (http: Http): Api => {
  const get: Api['get'] = async (schema, path, params = {}, query = {}) => read(schema, `GET ${path}`, await http.call({ method: 'GET', path, params, query }));

  const pages = async <T>(schema: z.ZodType<T>, path: string, params: Call['params'] = {}, query: Call['query'] = {}): Promise<T[]> => {
    const items: T[] = [];
    const seen = new Set<string>();
    for (let cursor: string | undefined; ;) {
      const answer = await get(page, path, params, { ...query, cursor });
      for (const item of answer?.items ?? []) items.push(read(schema, `GET ${path}`, item));
      cursor = answer?.cursor ?? undefined;
      if (cursor === undefined) return items;
      // A cursor that comes again would be followed for ever.
      if (seen.has(cursor)) throw new ConnectorError({ kind: 'unavailable', operation: `GET ${path}`, code: 'cursor-repeats', ambiguous: false });
      seen.add(cursor);
    }
  };

  return {
    get,
    find: async (schema, path, params = {}) => {
      try {
        return await get(schema, path, params);
      } catch (error) {
        if (isConnectorError(error, 'not-found')) return null;
        throw error;
      }
    },
    list: (schema, path, params = {}, query = {}) => pages(schema, path, params, { limit: LARGEST_PAGE, ...query }),
    whole: (schema, path, params = {}) => pages(schema, path, params),
    write: async (method, path, params = {}, body, query = {}) =>
      void (await http.call({ method, path, params, query, ...(body === undefined ? {} : { body }) })),
    ask: async (schema, method, path, body) => read(schema, `${method} ${path}`, await http.call({ method, path, body })),
  };
};
