import { activityBy } from '@handover/activities-cases';
import { viewOf } from '@handover/case';
import { isConnectorError, withPriority } from '@handover/connector-kit';
import { systemBy } from '@handover/case-service';
import type { DialpadActivities } from '@handover/workflow-contracts';
import { hasAccepted } from './invite-steps.ts';
import { asFailure } from './run-step.ts';
import type { DialpadActivityDeps } from './step.ts';

type Acceptance = Pick<DialpadActivities, 'awaitAcceptance' | 'expireAcceptance' | 'pollAcceptance'>;

export const acceptanceActivities = (deps: DialpadActivityDeps): Acceptance => {
  /** One look at an invited user; records the acceptance when there is one. */
  const look = async (caseId: string, seenIn: string): Promise<boolean> => {
    const loaded = await deps.cases.load(caseId);
    const userId = loaded?.state.userId ?? null;
    if (!loaded || userId === null || loaded.state.acceptance?.accepted) return false;
    const user = await deps.dialpad.readUser(userId);
    if (!user || !hasAccepted(user)) return false;
    const fromWorkflow = seenIn !== 'poll';
    await deps.cases.execute(
      caseId,
      { type: 'accept', acceptedAt: user.dateFirstLogin ?? user.dateActive ?? null, seenIn },
      { ...systemBy(`accepted/${userId}`), fromWorkflow },
    );

    return true;
  };
  const guarded = async <T>(doing: () => Promise<T>): Promise<T> => {
    try {
      return await doing();
    } catch (error) {
      throw asFailure(error);
    }
  };

  return {
    awaitAcceptance: ({ caseId }) =>
      guarded(async () => {
        const loaded = await deps.cases.load(caseId);
        if (!loaded?.state.userId) throw new Error('nobody was invited');
        await deps.cases.execute(caseId, { type: 'awaitAcceptance', userId: loaded.state.userId, now: deps.now() }, activityBy());
        await look(caseId, 'begin');

        return (await deps.cases.view(caseId)) ?? viewOf(loaded.state, loaded.version);
      }),
    // The last look before anything is taken back: who accepted a minute ago has joined.
    expireAcceptance: ({ caseId }) =>
      guarded(async () => {
        if (!(await look(caseId, 'deadline'))) await deps.cases.execute(caseId, { type: 'expireAcceptance', now: deps.now() }, activityBy());
        const view = await deps.cases.view(caseId);
        if (!view) throw new Error('there is no such case');

        return view;
      }),
    // One user that cannot be read keeps nobody else waiting: the next look asks for it again.
    pollAcceptance: () =>
      guarded(async () => {
        const waiting = await deps.awaitingAcceptance();
        const sums = { accepted: 0, unreadable: 0 };
        for (const caseId of waiting) {
          try {
            if (await withPriority('background', () => look(caseId, 'poll'))) sums.accepted += 1;
          } catch (error) {
            if (!isConnectorError(error)) throw error;
            sums.unreadable += 1;
          }
        }

        return { waiting: waiting.length, ...sums };
      }),
  };
};
