import { z } from 'zod';
import { query, reason } from './values.ts';

const format = z.enum(['json', 'html']).default('json');

export const subjectExportQuery = query({
  format,
  reasonCode: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'expected a code like subject-request')
    .default('subject-request')
    .describe('A code, because an address is logged on its way; words go into the body of POST'),
});
export const subjectExport = z.object({ format, reason: reason }).meta({ id: 'SubjectExport' });
