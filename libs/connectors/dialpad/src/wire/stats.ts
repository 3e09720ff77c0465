import { z } from 'zod';
import type { StatsAnswer } from '../types.ts';
import { text } from './values.ts';

export const statsRequest = z.looseObject({ request_id: z.string().min(1) });
export const statsAnswer = z
  .looseObject({ status: z.enum(['processing', 'complete', 'failed']), download_url: text })
  .transform((each): StatsAnswer => ({ status: each.status, downloadUrl: each.download_url }));
