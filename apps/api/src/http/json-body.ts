import type { NextFunction, Request, Response } from 'express';
import { needJson, parseJson, readBody } from './read-body.ts';
import { assertStorable } from './unstorable.ts';

/** Bodies of everything but what HR sends, of which the raw bytes are needed first. */
export const jsonBody = (request: Request, _response: Response, next: NextFunction): void => {
  const carries = ['POST', 'PUT', 'PATCH'].includes(request.method);
  if (!carries || /^\/v1\/hooks\/[^/]+\/?$/.test(request.path)) return next();
  const read = async (): Promise<void> => {
    const bytes = await readBody(request);
    if (bytes.length === 0) request.body = {};
    else {
      needJson(request);
      const body = parseJson(bytes);
      assertStorable(body);
      request.body = body;
    }
  };
  read().then(() => next(), next);
};
