import type { IncomingMessage } from 'node:http';
import { Problem } from './problem.ts';

/** 1 MiB: HR payloads are a few KB; more is a mistake or an attack. */
export const BODY_LIMIT = 1_048_576;

const tooLarge = (): Problem => new Problem(413, 'body.too_large', 'the body is over 1 MiB; send less at once', [], { connection: 'close' });

/** The bytes as they came. @throws Problem 413 */
export const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw tooLarge();
    chunks.push(chunk);
  }

  return Buffer.concat(chunks);
};

/** @throws Problem 415 */
export const needJson = (request: IncomingMessage): void => {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== 'application/json' && !/^application\/[\w.+-]+\+json$/.test(type)) {
    throw new Problem(415, 'body.not_json', 'send application/json');
  }
};

/** @throws Problem 400 */
export const parseJson = (bytes: Buffer): unknown => {
  if (bytes.length === 0) throw new Problem(400, 'body.empty', 'the body is empty; send a JSON object');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw new Problem(400, 'body.broken', 'the body is not valid JSON in UTF-8');
  }
};
