import { z } from 'zod';

/** int64 travels as a string, as a number in older answers; for us an id is always text. */
export const id = z.union([z.string().min(1), z.number().int()]).transform(String);
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
export const yes = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
export const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
/** A count that is no number would be taken for "none free" or "any free"; it is neither. */
export const count = z
  .union([z.string().regex(/^-?\d+$/), z.number()])
  .nullish()
  .transform((value) => Number(value ?? 0));
/** Epoch milliseconds, as text or number. */
export const epoch = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => (value === null || value === undefined || !Number.isFinite(Number(value)) ? null : new Date(Number(value)).toISOString()));

/** Dialpad writes `2021-06-20T19:18:00` and means UTC. */
export const instant = z
  .string()
  .nullish()
  .transform((value) => {
    if (!value) return null;
    const ms = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`);
    return Number.isNaN(ms) ? null : new Date(ms).toISOString();
  });
