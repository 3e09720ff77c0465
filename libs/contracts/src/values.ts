import { z } from 'zod';

export const reason = z.string().trim().min(1, 'say why').max(2_000);
export const id = z.string();
export const instant = z.string().describe('ISO 8601 instant');
export const page = { cursor: z.string().max(500).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) };

/** What may stand behind the `?`. A parameter that nobody knows would be left out silently, and the answer be to another question. */
export const query = <T extends z.core.$ZodLooseShape>(shape: T): z.ZodObject<T, z.core.$strict> =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? `there is no ${issue.keys.join(', ')}; there are ${Object.keys(shape).join(', ')}` : undefined),
  });
