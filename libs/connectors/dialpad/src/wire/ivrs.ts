import { z } from 'zod';
import type { CustomIvr } from '../types.ts';
import { epoch, id, list, text, yes } from './values.ts';

const ivr = z.looseObject({ id, name: text, description: text, selected: yes, date_added: epoch });
/** The recordings of a target come grouped by what they are for. */
export const ivrCollection = z.looseObject({ ivr_type: z.string(), ivrs: list(ivr) }).transform((each): CustomIvr[] =>
  each.ivrs.map((one) => ({
    id: one.id,
    ivrType: each.ivr_type,
    name: one.name,
    description: one.description,
    selected: one.selected,
    dateAdded: one.date_added,
  })),
);
