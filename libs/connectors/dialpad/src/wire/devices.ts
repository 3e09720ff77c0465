import { z } from 'zod';
import type { DeskPhone, UserDevice } from '../types.ts';
import { id, instant, text } from './values.ts';

const deviceId = z.union([z.string().min(1), z.number()]).transform(String); // not numeric, unlike other ids
export const deskPhone = z
  .looseObject({ id: deviceId, name: text, type: text, mac_address: text, phone_number: text })
  .transform((each): DeskPhone => ({ id: each.id, name: each.name, type: each.type, macAddress: each.mac_address, phoneNumber: each.phone_number }));
export const userDevice = z
  .looseObject({
    id: deviceId,
    user_id: id.nullish(),
    type: text,
    display_name: text,
    app_version: text,
    date_created: instant,
    date_updated: instant,
    date_registered: instant,
  })
  .transform((each): UserDevice => ({
    id: each.id,
    userId: each.user_id ?? null,
    type: each.type,
    name: each.display_name,
    appVersion: each.app_version,
    dateCreated: each.date_created,
    dateUpdated: each.date_updated,
    dateRegistered: each.date_registered,
  }));
