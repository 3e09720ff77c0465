import type { Call, Http } from '@handover/connector-kit';
import { isConnectorError } from '@handover/connector-kit';
import type { z } from 'zod';
import { page, read } from './wire.ts';

/** Dialpad's conventions over plain HTTP: checked bodies, pages followed to the end, 404 as null where it is an answer. */
export interface Api {
  readonly get: <T>(schema: z.ZodType<T>, path: string, params?: Call['params'], query?: Call['query']) => Promise<T>;
  readonly find: <T>(schema: z.ZodType<T>, path: string, params?: Call['params']) => Promise<T | null>;
  readonly list: <T>(schema: z.ZodType<T>, path: string, params?: Call['params'], query?: Call['query']) => Promise<T[]>;
  readonly write: (method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, params?: Call['params'], body?: unknown, query?: Call['query']) => Promise<void>;
}

export const createApi = (http: Http): Api => {
  const get: Api['get'] = async (schema, path, params = {}, query = {}) => read(schema, `GET ${path}`, await http.call({ method: 'GET', path, params, query }));

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
    list: async <T>(schema: z.ZodType<T>, path: string, params: Call['params'] = {}, query: Call['query'] = {}): Promise<T[]> => {
      const items: T[] = [];
      let cursor: string | undefined;
      do {
        const answer = await get(page, path, params, { ...query, cursor });
        for (const item of answer?.items ?? []) items.push(read(schema, `GET ${path}`, item));
        cursor = answer?.cursor ?? undefined;
      } while (cursor !== undefined);

      return items;
    },
    write: async (method, path, params = {}, body, query = {}) =>
      void (await http.call({ method, path, params, query, ...(body === undefined ? {} : { body }) })),
  };
};
