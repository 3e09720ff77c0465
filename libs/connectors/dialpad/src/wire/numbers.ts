import { z } from 'zod';
import type { PhoneNumber } from '../types.ts';
import { id, list, text, yes } from './values.ts';

export const number = z
  .looseObject({
    number: z.string(),
    status: text,
    target_type: text,
    target_id: id.nullish(),
    office_id: id.nullish(),
    area_code: text,
    type: text,
    deleted: yes,
  })
  .transform((each): PhoneNumber => ({
    number: each.number,
    status: each.status ?? 'unknown',
    targetType: each.target_type,
    targetId: each.target_id ?? null,
    officeId: each.office_id ?? null,
    areaCode: each.area_code,
    type: each.type,
    isDeleted: each.deleted,
  }));
export const holder = z.looseObject({ phone_numbers: list(z.string()) });
