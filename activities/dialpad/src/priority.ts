import type { OpenCase } from '@handover/case';
import type { Priority } from '@handover/connector-kit';

/** Steps that end somebody's access go first for every leaver once their time has come. */
const CUTS: readonly string[] = ['suspendUser', 'revokeCompanyAdmin', 'revokeOfficeAdmin'];

/** Who goes first when the budget of Dialpad calls is short. */
export const priorityOf = ({ terms }: OpenCase, stepKind?: string): Priority =>
  terms.kind === 'leaver' && (terms.urgency === 'immediate' || CUTS.includes(stepKind ?? '')) ? 'urgent' : 'normal';
