import { z } from 'zod';

export const reason = z.string().trim().min(1, 'say why').max(2_000);
export const id = z.string();
export const instant = z.string().describe('ISO 8601 instant');
export const page = { cursor: z.string().max(500).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) };
