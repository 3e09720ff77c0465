import type { JsonObject } from '@handover/case';

/** A plan that cannot be made: why, and at which step a person has to say how to go on. */
export interface CannotPlan {
  readonly kind: 'blocked';
  readonly code: string;
  readonly detail: string;
  /** What the person who decides may have to know; personal, sealed. */
  readonly personal?: JsonObject;
}
