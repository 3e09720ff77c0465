import { z } from 'zod';
import type { CallerId, DialpadUser, Duty, Persona } from '../types.ts';
import { epoch, id, instant, list, text, yes } from './values.ts';

const group = z
  .looseObject({ group_id: id, group_type: z.string(), role: text })
  .transform((each) => ({ type: each.group_type.toLowerCase().replaceAll('_', ''), id: each.group_id, role: each.role ?? 'operator' }));

export const user = z
  .looseObject({
    id,
    office_id: id.nullish(),
    state: z.string(),
    emails: list(z.string()),
    display_name: text,
    first_name: text,
    last_name: text,
    is_super_admin: yes,
    admin_office_ids: list(id),
    forwarding_numbers: list(z.string()),
    phone_numbers: list(z.string()),
    license: text,
    date_first_login: instant,
    date_active: instant,
    date_added: instant,
    onboarding_completed: yes,
    international_dialing_enabled: yes,
    job_title: text,
    is_online: yes,
    group_details: list(group),
  })
  .transform((each): DialpadUser => ({
    id: each.id,
    officeId: each.office_id ?? '',
    state: each.state,
    emails: each.emails,
    displayName: each.display_name,
    firstName: each.first_name,
    lastName: each.last_name,
    isSuperAdmin: each.is_super_admin,
    adminOfficeIds: each.admin_office_ids,
    forwardingNumbers: each.forwarding_numbers,
    phoneNumbers: each.phone_numbers,
    license: each.license,
    dateFirstLogin: each.date_first_login,
    dateActive: each.date_active,
    dateAdded: each.date_added,
    onboardingCompleted: each.onboarding_completed,
    internationalDialing: each.international_dialing_enabled,
    jobTitle: each.job_title,
    isOnline: each.is_online,
    groupDetails: each.group_details,
  }));

export const callerId = z
  .looseObject({
    caller_id: text,
    phone_numbers: list(z.string()),
    forwarding_numbers: list(z.string()),
    office_main_line: text,
    groups: list(z.looseObject({ display_name: text, caller_id: text })),
  })
  .transform((each): CallerId => ({
    callerId: each.caller_id,
    phoneNumbers: each.phone_numbers,
    forwardingNumbers: each.forwarding_numbers,
    officeMainLine: each.office_main_line,
    groups: each.groups.map((group) => ({ name: group.display_name, callerId: group.caller_id })),
  }));

export const persona = z
  .looseObject({ id, type: text, name: text, caller_id: text, phone_numbers: list(z.string()) })
  .transform((each): Persona => ({ id: each.id, type: each.type, name: each.name, callerId: each.caller_id, phoneNumbers: each.phone_numbers }));

export const duty = z
  .looseObject({ on_duty: yes, on_duty_status: text, duty_status_reason: text, duty_status_started: epoch })
  .transform((each): Duty => ({ on: each.on_duty, status: each.on_duty_status, reason: each.duty_status_reason, since: each.duty_status_started }));
