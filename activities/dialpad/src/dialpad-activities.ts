import type { StepKind } from '@handover/case';
import type { DialpadActivities } from '@handover/workflow-contracts';
import { alive } from './alive.ts';
import { acceptanceActivities } from './acceptance.ts';
import { anonymizeActivity } from './anonymize.ts';
import { joinerSteps } from './joiner-steps.ts';
import { leaverSteps } from './leaver-steps.ts';
import { planJoinerActivity, planLeaverActivity, planMoverActivity } from './plan-cases.ts';
import { moverSteps } from './mover-steps.ts';
import { numberCaseSteps } from './number-case-steps.ts';
import { readNumbersActivity } from './read-numbers.ts';
import { runStep } from './run-step.ts';
import type { DialpadActivityDeps, StepDefinition } from './step.ts';
import { pollTasksActivity } from './task-poll.ts';
import { taskSteps } from './task-steps.ts';
import { undoBelongings } from './undo-belongings.ts';
import { undoSteps } from './undo-steps.ts';

const definitions: Partial<Record<StepKind, StepDefinition>> = {
  ...leaverSteps,
  ...joinerSteps,
  ...moverSteps,
  ...numberCaseSteps,
  ...undoSteps,
  ...undoBelongings,
  ...taskSteps,
};

/** Every promise by the name the plan gives it. */
export const createDialpadActivities = (deps: DialpadActivityDeps): DialpadActivities => {
  const steps = Object.fromEntries(Object.entries(definitions).map(([kind, definition]) => [kind, runStep(deps, definition)]));

  return alive({
    ...steps,
    // A plan is made by the steps before it, so these two are asked for by the names of what they read.
    linkUser: ({ caseId }) => planLeaverActivity(deps)({ caseId }),
    checkJoiner: ({ caseId }) => planJoinerActivity(deps)({ caseId }),
    planLeaver: planLeaverActivity(deps),
    planJoiner: planJoinerActivity(deps),
    planMover: planMoverActivity(deps),
    anonymize: anonymizeActivity(deps),
    ...acceptanceActivities(deps),
    pollTasks: pollTasksActivity(deps),
    readNumbers: readNumbersActivity(deps),
  } as DialpadActivities);
};
