import { z } from 'zod';
import type { Address, Company, Licences, Office, OfficePlan } from '../types.ts';
import { count, epoch, id, list, text, yes } from './values.ts';

export const company = z.looseObject({ id, name: text, domain: text, country: text, account_type: text, state: text }).transform((each): Company => ({
  id: each.id,
  name: each.name,
  domain: each.domain,
  country: each.country,
  accountType: each.account_type,
  state: each.state,
}));
export const offDuty = z.looseObject({ off_duty_statuses: list(z.string()) }).transform((each) => each.off_duty_statuses);

export const office = z
  .looseObject({ id: id.nullish(), office_id: id.nullish(), name: text, is_primary_office: yes, timezone: text, country: text })
  .transform((each): Office => ({
    id: each.id ?? each.office_id ?? '',
    name: each.name ?? '',
    isPrimary: each.is_primary_office,
    timezone: each.timezone,
    country: each.country?.toLowerCase() ?? null,
  }));

const counters = {
  talk_lines: count,
  sell_lines: count,
  contact_center_lines: count,
  additional_number_lines: count,
  tollfree_additional_number_lines: count,
  fax_lines: count,
  room_lines: count,
  tollfree_room_lines: count,
  uberconference_lines: count,
  tollfree_uberconference_lines: count,
};
const licencesOf = (each: Readonly<Record<keyof typeof counters, number>>): Licences => ({
  talk: each.talk_lines,
  sell: each.sell_lines,
  contactCenter: each.contact_center_lines,
  additionalNumber: each.additional_number_lines,
  tollfreeAdditionalNumber: each.tollfree_additional_number_lines,
  fax: each.fax_lines,
  room: each.room_lines,
  tollfreeRoom: each.tollfree_room_lines,
  meetings: each.uberconference_lines,
  tollfreeMeetings: each.tollfree_uberconference_lines,
});
export const licences = z.looseObject(counters).transform(licencesOf);
export const officePlan = z
  .looseObject({ ...counters, balance: text, next_billing_date: epoch })
  .transform((each): OfficePlan => ({ ...licencesOf(each), balance: each.balance, nextBillingDate: each.next_billing_date }));

/** An address that is not set comes without any of its parts. */
export const address = z
  .looseObject({ address: text, address2: text, city: text, state: text, zip: text, country: text })
  .nullish()
  .transform((each): Address | null =>
    each?.address
      ? {
          address: each.address,
          address2: each.address2,
          city: each.city ?? '',
          state: each.state ?? '',
          zip: each.zip ?? '',
          country: (each.country ?? '').toLowerCase(),
        }
      : null,
  );
