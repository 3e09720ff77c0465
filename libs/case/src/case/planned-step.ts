import type { JsonObject } from '../kernel.ts';
import type { PlannedStep } from './plan.ts';

/** A step that can be taken back and that nobody has to be asked for by itself. */
export const step = (id: string, kind: PlannedStep['kind'], phase: PlannedStep['phase'], target: JsonObject = {}): PlannedStep => ({
  id,
  kind,
  phase,
  reversible: true,
  gate: null,
  target,
});
