export { createDialpadActivities } from './dialpad-activities.ts';
export type { DialpadActivityDeps } from './step.ts';
