import { ConnectorError } from '@handover/connector-kit';
import { z } from 'zod';
import { list, text } from './values.ts';

export const page = z.looseObject({ items: list(z.unknown()), cursor: text }).nullish();

/** @throws ConnectorError `shape`: an answer we do not understand is no answer, and never a guess. */
export const read = <T>(schema: z.ZodType<T>, operation: string, body: unknown): T => {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.map(String).join('.') ?? '';

  throw new ConnectorError({ kind: 'invalid', operation, code: `shape${where === '' ? '' : `.${where}`}`, ambiguous: false });
};
