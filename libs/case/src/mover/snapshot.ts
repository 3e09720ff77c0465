import type { JsonObject } from '../kernel.ts';
import type { Membership, UserReading } from '../case/reading.ts';
import type { PlannedStep } from '../case/plan.ts';
import { step as plannedStep } from '../case/planned-step.ts';
import type { Correction } from '../case/terms.ts';

/** What was read before the plan, and what HR's names mean in Dialpad. */
export interface MoverSnapshot extends UserReading {
  /** Null: stays. `losesNumbers`: another country, where the numbers cannot go along. */
  readonly to: { readonly officeId: string; readonly losesNumbers: boolean } | null;
  /** The groups HR names; null: none are named. */
  readonly wanted: readonly Membership[] | null;
  /** Counter of the office's licences that the change takes from; null: it takes none. */
  readonly seat: string | null;
  /** Counter that the transfer itself takes from, before the licence changes; null or the same: no other. */
  readonly moveSeat?: string | null;
  /** Counter that an operator of a call center takes from who has no such licence of their own. */
  readonly callCenterSeat?: string;
  /** Additional-number licences free in the office the person will be in. */
  readonly freeAdditional?: number;
  /** The offices HR names to administer, all of them; absent: their own beside what they have. */
  readonly adminOffices?: readonly string[];
  /** Where the emergency address comes from once the person is there; null: none is set. */
  readonly e911?: 'fact' | 'office' | null;
  /** Fields that HR says otherwise than Dialpad does. */
  readonly corrections?: readonly Correction[];
}

export const step = (id: string, kind: PlannedStep['kind'], target: JsonObject = {}): PlannedStep => plannedStep(id, kind, 'changing', target);
