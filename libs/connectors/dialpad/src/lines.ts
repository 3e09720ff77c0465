import { z } from 'zod';
import { LARGEST_PAGE, type Api } from './api.ts';
import { routedOf, targetOf, type Inner } from './routing.ts';
import type { DialpadUser, GroupRef, RoutedLine } from './types.ts';
import { page, read } from './wire/answer.ts';
import { callRouter, line } from './wire/lines.ts';
import { user } from './wire/users.ts';

/** A line with what its calls, its mails and its people need to be followed. */
export interface CompanyLine extends RoutedLine {
  readonly name: string | null;
  readonly officeId: string | null;
  /** Who is written to about its voicemail. Addresses of persons: for comparing, never for keeping. */
  readonly voicemailMails: readonly string[];
  readonly phoneNumbers: readonly string[];
}

/** Whoever a line rings. Rooms ring as well, and have no state. */
export interface Rung {
  readonly id: string;
  readonly type: 'user' | 'room';
  readonly state: string | null;
}

const text = z.string().nullish();
const lineOfCompany = line.extend({ first_action: text, no_operators_action: text });
const id = z.union([z.string(), z.number()]).transform(String);
const rung = z
  .looseObject({
    users: z.array(z.looseObject({ id, state: text })).nullish(),
    rooms: z.array(z.looseObject({ id })).nullish(),
  })
  .nullish();

const OPERATORS: Readonly<Record<string, string>> = {
  department: '/departments/{id}/operators',
  callcenter: '/callcenters/{id}/operators',
  office: '/offices/{id}/operators',
};
/** Pages of users to look through for colleagues: Dialpad cannot filter users by office. */
const PAGES = 5;

export const lineApi = (api: Api) => ({
  /** Every office's main line, department, call center and call router. */
  companyLines: async (): Promise<readonly CompanyLine[]> => {
    const [offices, departments, callCenters, routers] = await Promise.all([
      api.list(lineOfCompany, '/offices'),
      api.list(lineOfCompany, '/departments'),
      api.list(lineOfCompany, '/callcenters'),
      api.list(callRouter, '/callrouters'),
    ]);
    const lines = (type: RoutedLine['type'], from: readonly z.infer<typeof lineOfCompany>[]): CompanyLine[] =>
      from.map((each) => {
        const otherwise = { first: each.first_action ?? null, last: each.no_operators_action ?? null };
        return {
          type,
          id: each.id,
          name: each.name,
          officeId: type === 'office' ? each.id : (each.office_id ?? null),
          voicemailMails: each.voicemail_notification_emails,
          phoneNumbers: each.phone_numbers,
          open: routedOf(each.routing_options?.open as Inner | null | undefined, otherwise),
          closed: routedOf(each.routing_options?.closed as Inner | null | undefined, otherwise),
        };
      });

    return [
      ...lines('office', offices),
      ...lines('department', departments),
      ...lines('callcenter', callCenters),
      // Enabled or not: a router whose address does not answer, and one that is switched off, send calls to the default.
      ...routers.map((each): CompanyLine => {
        const sends = { ringsOperators: false, action: 'bridge_target', target: targetOf(each.default_target_type, each.default_target_id), menu: [] };
        const { id, name, office_id: officeId = null, phone_numbers: numbers } = each;
        return { type: 'callrouter', id, name, officeId: officeId ?? null, voicemailMails: [], phoneNumbers: numbers, open: sends, closed: sends };
      }),
    ];
  },

  /** Users and rooms that a line rings. */
  rungBy: async (group: GroupRef): Promise<readonly Rung[]> => {
    const path = OPERATORS[group.type];
    if (path === undefined) return [];
    const { users, rooms } = (await api.get(rung, path, { id: group.id })) ?? {}; // nobody may be an empty body

    return [
      ...(users ?? []).map((each): Rung => ({ id: each.id, type: 'user', state: each.state ?? null })),
      ...(rooms ?? []).map((each): Rung => ({ id: each.id, type: 'room', state: null })),
    ];
  },

  /** Some active users of an office, as many as asked for or as a few pages show. */
  colleaguesOf: async (officeId: string, many: number): Promise<readonly DialpadUser[]> => {
    const found: DialpadUser[] = [];
    let cursor: string | undefined;
    for (let looked = 0; looked < PAGES && found.length < many; looked += 1) {
      const answer = await api.get(page, '/users', {}, { state: 'active', limit: LARGEST_PAGE, cursor });
      const users = (answer?.items ?? []).map((item) => read(user, 'GET /users', item));
      found.push(...users.filter((each) => each.officeId === officeId && each.state === 'active'));
      cursor = answer?.cursor ?? undefined;
      if (cursor === undefined) break;
    }
    return found.slice(0, many);
  },
});
