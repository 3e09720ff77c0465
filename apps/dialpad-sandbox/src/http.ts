import { ApiError } from './api-error.ts';
import type { Fields } from './fields.ts';

export interface Request {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Route<W> {
  readonly method: string;
  /** Like `/users/{id}`: also the name of the operation in faults and in the list of writes. */
  readonly template: string;
  /** What the body must hold; checked before `handle`. */
  readonly body?: Fields;
  readonly handle: (request: Request, world: W) => unknown;
}

export interface Found<W> {
  readonly route: Route<W>;
  readonly params: Readonly<Record<string, string>>;
}

/** The most literal template wins: `/offices/primary` before `/offices/{id}`. */
export const router = <W>(routes: readonly Route<W>[]): ((method: string, path: string) => Found<W> | 'other-method' | null) => {
  const compiled = routes
    .map((route) => ({
      route,
      names: [...route.template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''),
      pattern: new RegExp(`^${route.template.replace(/\{\w+\}/g, '([^/]+)')}$`),
    }))
    .sort((left, right) => left.names.length - right.names.length);

  return (method, path) => {
    const matching = compiled.filter((each) => each.pattern.test(path));
    const found = matching.find((each) => each.route.method === method);
    if (!found) return matching.length > 0 ? 'other-method' : null;
    const values = found.pattern.exec(path)?.slice(1).map(decodeURIComponent) ?? [];
    return { route: found.route, params: Object.fromEntries(found.names.map((name, index) => [name, values[index] ?? ''])) };
  };
};

/** int64 comes as a string or a number; a missing one is null. */
export const idIn = (body: Readonly<Record<string, unknown>>, field: string): string | null => {
  const value = body[field];
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null;
};

export const neededId = (body: Readonly<Record<string, unknown>>, field: string): string => {
  const id = idIn(body, field);
  if (id === null) throw new ApiError(400, `${field} is required`);
  return id;
};

/** The python SDK writes `True`; others write `true` or `1`. */
export const isTrue = (value: unknown): boolean => value === true || /^(true|1)$/i.test(String(value));

const PAGE = 100;

/**
 * `cursor` is opaque; a `limit` over 100 still gives 100, and every fifth such call fails, as Dialpad announces. Only what
 * is on the page is put into shape.
 */
export const paged = <T>(items: readonly T[], query: URLSearchParams, random: () => number, shape: (item: T) => unknown): object => {
  const limit = query.has('limit') ? Number(query.get('limit')) : PAGE;
  if (!Number.isInteger(limit) || limit < 1) throw new ApiError(400, 'limit must be a positive integer');
  if (limit > PAGE && random() < 0.2) throw new ApiError(400, 'limit over 100 is deprecated');
  const cursor = query.get('cursor');
  const from =
    cursor === null
      ? 0
      : Number(
          Buffer.from(cursor, 'base64url')
            .toString('utf8')
            .replace(/^from:/, ''),
        );
  if (!Number.isInteger(from) || from < 0) throw new ApiError(400, 'corrupt cursor');
  const end = from + Math.min(limit, PAGE);
  const page = items.slice(from, end).map(shape);

  return {
    ...(page.length > 0 ? { items: page } : {}),
    ...(end < items.length ? { cursor: Buffer.from(`from:${end}`).toString('base64url') } : {}),
  };
};
