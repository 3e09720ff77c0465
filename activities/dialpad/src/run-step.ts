import { stepOf, viewOf, type Json, type JsonObject, type OpenCase, type Outcome, type StepState } from '@handover/case';
import type { LoadedCase } from '@handover/case-service';
import { caseStream } from '@handover/case-service';
import { activityBy, failureOf } from '@handover/activities-cases';
import { isConnectorError, withPriority } from '@handover/connector-kit';
import { toFailure } from '@handover/connector-dialpad';
import type { StepInput, StepResult } from '@handover/workflow-contracts';
import { ApplicationFailure } from '@temporalio/common';
import { priorityOf } from './priority.ts';
import { Blocked, blockedOutcome, type DialpadActivityDeps, type StepContext, type StepDefinition } from './step.ts';

/**
 * One promise, kept at most once however often it is asked for: look at the stream, say "started" there, keep the promise,
 * read it back independently, say the outcome. Whoever is killed in between is repeated, and finds what is there already.
 */
export const runStep =
  (deps: DialpadActivityDeps, definition: StepDefinition) =>
  async (input: StepInput): Promise<StepResult> => {
    try {
      return await run(deps, definition, input);
    } catch (error) {
      throw asFailure(error);
    }
  };

const run = async (deps: DialpadActivityDeps, definition: StepDefinition, input: StepInput): Promise<StepResult> => {
  const loaded = await deps.cases.load(input.caseId);
  if (!loaded) throw ApplicationFailure.nonRetryable('there is no such case', 'rule.case.unknown');
  const before = stepOf(loaded.state, input.step);
  if (before.round !== input.round || (before.status !== 'pending' && before.status !== 'running')) return shown(loaded.state, loaded.version);
  // Planned anew while the step was on its way: the workflow sees that there is no plan, and begins with one.
  if (!loaded.state.steps.some((step) => step.id === input.step)) return { ...shown(loaded.state, loaded.version), withheld: 'step.unknown' };
  const context = contextOf(deps, loaded, input);

  return withPriority(priorityOf(loaded.state, context.step), () => perform(deps, definition, input, before, context));
};

const perform = async (deps: DialpadActivityDeps, definition: StepDefinition, input: StepInput, before: StepState, begun: StepContext): Promise<StepResult> => {
  let context = begun;
  const by = (what: string): StepContext['by'] => ({ ...context.by, commandId: `${input.step}/${input.round}/${what}` });
  const record = async (outcome: Outcome): Promise<StepResult> => ({
    view: (await deps.cases.execute(input.caseId, { type: 'recordOutcome', step: input.step, round: input.round, outcome }, by('outcome'))).view,
  });

  try {
    if (before.status === 'pending') {
      const image = await beforeImage(definition, context);
      const started = await deps.cases.execute(
        input.caseId,
        { type: 'startStep', now: deps.now(), start: { step: input.step, round: input.round, ...image } },
        by('start'),
      );
      if (started.refusal) return { view: started.view, withheld: started.refusal.code };
      if (stepOf(started.state, input.step).status !== 'running') return { view: started.view };
      context = { ...context, state: started.state, at: stepOf(started.state, input.step) };
    }

    const held = heldBefore(context);
    if (!context.at.byHand && !(held && definition.readFirst !== false) && (await definition.keep(context)) === 'again') return again(deps, input.caseId);
    const reading = await definition.read(context);
    if (!reading.holds)
      return await record({
        kind: 'contradicted',
        evidence: reading.evidence,
        detail: reading.detail ?? 'Dialpad does not show what was asked for',
        ...sealed(reading.personal),
      });

    return await record({
      kind: 'verified',
      changed: !held,
      evidence: reading.evidence,
      ...sealed(reading.personal),
      ...(reading.userId === undefined ? {} : { userId: reading.userId }),
      ...(reading.finding === undefined ? {} : { finding: reading.finding }),
    });
  } catch (error) {
    const blocked = asBlocked(error);
    if (!blocked) throw error;
    return record(blockedOutcome(blocked));
  }
};

const sealed = (personal: JsonObject | undefined): { personal?: JsonObject } => (personal ? { personal } : {});

const shown = (state: OpenCase, version: number): StepResult => ({ view: viewOf(state, version) });

const again = async (deps: DialpadActivityDeps, caseId: string): Promise<StepResult> => {
  const loaded = await deps.cases.load(caseId);
  if (!loaded) throw new Error('the case is gone');
  return { ...shown(loaded.state, loaded.version), again: true };
};

/** What a step knows, of a case as it was just loaded. Within an activity only. */
export const contextOf = (deps: DialpadActivityDeps, { caseId, state }: LoadedCase, input: StepInput): StepContext => {
  const step = state.steps.find((each) => each.id === input.step);
  if (!step) throw ApplicationFailure.nonRetryable('the plan has no such step', 'rule.step.unknown');
  const starts = async (stepId: string) =>
    (await deps.store.read(caseStream(caseId))).filter((event) => event.type === 'StepStarted' && event.data['step'] === stepId);

  return {
    deps,
    caseId,
    state,
    step,
    at: stepOf(state, step.id),
    by: activityBy(),
    repeated: stepOf(state, step.id).begun,
    imageOf: async (stepId) => {
      const rounds = await starts(stepId);
      const personal = [...rounds].reverse().find((event) => event.personal)?.personal;
      return {
        before: (rounds[0]?.data['before'] ?? {}) as JsonObject,
        personal: personal && 'data' in personal ? (personal.data as JsonObject) : {},
      };
    },
    evidenceOf: async (stepId) => {
      const seen = (await deps.store.read(caseStream(caseId))).filter(
        (event) => (event.type === 'StepVerified' || event.type === 'StepDoneByHand') && event.data['step'] === stepId,
      );
      return (seen[seen.length - 1]?.data['evidence'] ?? {}) as JsonObject;
    },
    startedAt: async (stepId = step.id) => (await starts(stepId))[0]?.recordedAt ?? deps.now(),
  };
};

/** Read before the first write only: later rounds must not take our own write for the image. */
const beforeImage = async (definition: StepDefinition, context: StepContext): Promise<{ before?: Json; personal?: JsonObject }> => {
  if (context.at.begun) return sealed(await definition.reseal?.(context));
  const image = await definition.image?.(context);
  const held = definition.readFirst === false ? false : (await definition.read(context)).holds;

  return { before: { held, ...(image?.before ?? {}) }, ...sealed(image?.personal) };
};

const heldBefore = (context: StepContext): boolean =>
  typeof context.at.before === 'object' &&
  context.at.before !== null &&
  'held' in context.at.before &&
  context.at.before.held === true &&
  context.at.round === context.at.begunIn;

/** Refusals wait for a person; what may pass by itself is left to Temporal's retries. */
const asBlocked = (error: unknown): Blocked | null => {
  if (error instanceof Blocked) return error;
  if (!isConnectorError(error) || !toFailure(error).nonRetryable) return null;
  return new Blocked(`dialpad.${error.code || error.kind}`, `Dialpad said no to ${error.operation}: ${error.code || error.kind}`);
};

export const asFailure = (error: unknown): Error => {
  if (!isConnectorError(error)) return failureOf(error);
  const { type, message, nonRetryable, nextRetryDelayMs } = toFailure(error);

  return ApplicationFailure.create({ type, message, nonRetryable, ...(nextRetryDelayMs === undefined ? {} : { nextRetryDelay: nextRetryDelayMs }) });
};
