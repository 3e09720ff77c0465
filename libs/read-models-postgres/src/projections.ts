import type { Projection } from '@handover/event-store-postgres';
import { auditIndex } from './audit-index.ts';
import { caseList } from './case-list.ts';
import { numberHistory } from './number-provenance.ts';

/** Every read model that follows the log. */
export const projections: readonly Projection[] = [auditIndex, caseList, numberHistory];
