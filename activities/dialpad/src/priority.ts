import type { OpenCase, PlannedStep } from '@handover/case';
import type { Priority } from '@handover/connector-kit';

type Ranked = Pick<PlannedStep, 'kind' | 'phase' | 'early'>;

/** Steps that end somebody's access, whatever the case and whenever they run. */
const CUTS: readonly string[] = ['suspendUser', 'revokeCompanyAdmin', 'revokeOfficeAdmin'];

/** What the cut itself waits for is as urgent as the cut; what is left of it for the hand-over is not. */
const cuts = ({ phase }: Pick<OpenCase, 'phase'>, step: Ranked): boolean =>
  CUTS.includes(step.kind) || step.phase === 'cutting-access' || (step.early === true && phase !== 'handing-over');

/** Who goes first when the budget of Dialpad calls is short. */
export const priorityOf = (state: OpenCase, step?: Ranked): Priority =>
  (state.terms.kind === 'leaver' && state.terms.urgency === 'immediate') || (step !== undefined && cuts(state, step)) ? 'urgent' : 'normal';
