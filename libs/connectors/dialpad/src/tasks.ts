import { z } from 'zod';
import type { Api } from './api.ts';

const LINES: Readonly<Record<string, string>> = { office: '/offices/{id}', department: '/departments/{id}', callcenter: '/callcenters/{id}' };
const mails = z.looseObject({ voicemail_notification_emails: z.array(z.string()).nullish() });

/** Readings of what people do in the console, because there is no operation for it. */
export const taskApi = (api: Api) => ({
  /** Who is written to about a line's voicemail. Addresses of persons: for comparing, never for keeping. */
  voicemailMails: async (line: { readonly type: string; readonly id: string }): Promise<readonly string[]> => {
    const path = LINES[line.type];
    return path === undefined ? [] : ((await api.get(mails, path, { id: line.id })).voicemail_notification_emails ?? []);
  },
});
