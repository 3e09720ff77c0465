import { mayBeErased, personOf, stepOf, type JsonObject, type PersonEvent } from '@handover/case';
import { appendOf, erasing, personStream, retryingConflicts } from '@handover/case-service';
import { activityBy } from '@handover/activities-cases';
import type { StepInput, StepResult } from '@handover/workflow-contracts';
import { asFailure } from './run-step.ts';
import type { DialpadActivityDeps } from './step.ts';

/**
 * The end of a person in the record: started (the line of no return), then, in one transaction, the key is destroyed, the
 * index forgotten, the outcome and the certificate written. What is left proves the case without saying who it was.
 */
export const anonymizeActivity =
  (deps: DialpadActivityDeps) =>
  async ({ caseId, step, round }: StepInput): Promise<StepResult> => {
    try {
      return await anonymize(deps, caseId, step, round);
    } catch (error) {
      throw asFailure(error);
    }
  };

const HELD = {
  kind: 'blocked',
  code: 'case.legal_hold',
  detail: 'the person, or another case of theirs, is under a legal hold; retry once it is lifted',
} as const;

const anonymize = async (deps: DialpadActivityDeps, caseId: string, step: string, round: number): Promise<StepResult> => {
  const by = (what: string) => ({ ...activityBy(), commandId: `${step}/${round}/${what}` });
  const held = async (): Promise<StepResult> => ({
    view: (await deps.cases.execute(caseId, { type: 'recordOutcome', step, round, outcome: HELD }, by('held'))).view,
  });
  const loaded = await deps.cases.load(caseId);
  // A hold on another case of theirs is not in this one's stream: looked for before the line, and once more when it is crossed.
  if (loaded && loaded.state.legalHold === null && !mayBeErased((await deps.persons.load(personOf(loaded.state))).state)) return held();
  const started = await deps.cases.execute(caseId, { type: 'startStep', now: deps.now(), start: { step, round } }, by('start'));
  if (started.refusal) return { view: started.view, withheld: started.refusal.code };
  if (stepOf(started.state, step).status !== 'running') return { view: started.view };

  const { userId } = started.state;
  const personRef = personOf(started.state);
  const gone = userId === null || (await deps.dialpad.readUser(userId)) === null;
  if (!gone) {
    const outcome = { kind: 'blocked', code: 'purge.restored', detail: 'Dialpad returns the user again: nothing is erased while it exists' } as const;
    return { view: (await deps.cases.execute(caseId, { type: 'recordOutcome', step, round, outcome }, by('outcome'))).view };
  }

  const done = await retryingConflicts(async () => {
    const person = await deps.persons.load(personRef);
    if (!mayBeErased(person.state)) return held();
    const erased: PersonEvent = { type: 'PersonErased', data: { caseId } };
    // The certificate claims just this: Dialpad does not return the user, and our key of the person is destroyed.
    const claims: JsonObject = { personRef, dialpadUserId: userId, dialpadReturnsUser: false, keyDestroyed: true, planHash: started.state.plan?.hash ?? null };

    return deps.cases.execute(
      caseId,
      [
        { type: 'recordOutcome', step, round, outcome: { kind: 'verified', changed: true, evidence: { dialpadReturnsUser: false, keyDestroyed: true } } },
        { type: 'certify', claims },
      ],
      by('outcome'),
      {
        ...(await erasing(deps.store, deps.bodies, personRef)),
        also: [appendOf({ stream: personStream(personRef), expected: person.version, decided: { events: [erased] }, by: by('erased'), caseId })],
      },
    );
  });

  return { view: done.view };
};
