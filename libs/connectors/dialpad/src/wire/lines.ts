import { z } from 'zod';
import type { Operator } from '../types.ts';
import { id, list, text, yes } from './values.ts';

const routingInner = z
  .looseObject({
    action: text,
    try_dial_operators: yes,
    action_target_type: text,
    action_target_id: id.nullish(),
    dtmf: list(z.looseObject({ input: text, options: z.looseObject({ action: text, action_target_type: text, action_target_id: id.nullish() }).nullish() })),
  })
  .nullish();
export const routingOptions = z.looseObject({ open: routingInner, closed: routingInner }).nullish();
/** As it came, to be sent back: a field that was absent must stay so, for Dialpad knows no null here. */
export const rawRouting = z.looseObject({ routing_options: z.record(z.string(), z.unknown()).nullish() });
export type RoutingOptions = z.infer<typeof routingOptions>;

/** Departments, call centers and offices: what can take calls and send them on. */
export const line = z.looseObject({
  id,
  name: text,
  office_id: id.nullish(),
  state: text,
  phone_numbers: list(z.string()),
  /** Mail addresses; the API shows them and cannot change them. */
  voicemail_notification_emails: list(z.string()),
  routing_options: routingOptions,
});
export type Line = z.infer<typeof line>;

export const callRouter = z.looseObject({
  id,
  name: text,
  office_id: id.nullish(),
  default_target_type: text,
  default_target_id: id.nullish(),
  enabled: yes,
  phone_numbers: list(z.string()),
});

export const named = z.looseObject({ id, name: text, office_id: id.nullish() });
export const member = z.looseObject({ id, role: text }).transform((each): Operator => ({ id: each.id, role: each.role }));
export const operators = z.looseObject({ users: list(z.looseObject({ id, state: text })) }).nullish();
