import { numberObstacle, type NumberSnapshot, type NumberTerms, type StepKind } from '@handover/case';
import { isConnectorError } from '@handover/connector-kit';
import { readNumberSeen } from '@handover/planning';
import { movesOf } from './number-moves.ts';
import { Blocked, target, type Reading, type StepContext, type StepDefinition } from './step.ts';

type Planned = NumberSnapshot & { readonly number: string };

const termsOf = (context: StepContext): NumberTerms => {
  if (context.state.terms.kind !== 'number') throw new Error('not a case about a number');
  return context.state.terms;
};

/** The number is still what was approved, and nothing stands against it. @throws Blocked */
const stillFree = async (context: StepContext): Promise<void> => {
  const terms = termsOf(context);
  const planned = target<Planned>(context);
  const seen = await readNumberSeen(context.deps, terms, planned.to, context.caseId);
  if ('code' in seen) throw new Blocked(seen.code, seen.detail);
  const same = seen.status === planned.status && seen.holder?.id === planned.holder?.id;
  // Killed between taking the number off its line and releasing it: what is in the pool was put there by us.
  const halfDone = context.at.begun && planned.holder !== null && seen.status === 'available';
  if (!same && !halfDone) throw new Blocked('number.changed', 'somebody has changed the number since it was approved; take the case back and ask anew');
  const obstacle = numberObstacle(terms, seen, context.deps.policy.keepNumbers);
  if (obstacle) throw new Blocked(obstacle.code, obstacle.detail);
};

const checkNumber: StepDefinition = {
  readFirst: false,
  keep: async (context) => {
    await stillFree(context);
    const { to } = target<Planned>(context);
    if (to?.type !== 'user') return;
    const state = (await context.deps.dialpad.readUser(to.id))?.state ?? 'unknown to Dialpad';
    if (state !== 'active' && state !== 'pending') throw new Blocked('target.inactive', `the employee is ${state} in Dialpad`);
  },
  read: async (context) => {
    const { number, status, holder } = target<Planned>(context);
    return { holds: true, evidence: { number, status, holder } };
  },
};

const reassignNumber: StepDefinition = {
  keep: async (context) => {
    const { number, to, holder } = target<Planned>(context);
    if (!to) throw new Error('a reassignment to nobody was planned');
    const had = await context.deps.dialpad.numbersOfTarget(to);
    // Who has a number keeps it as the one that others see.
    const wanted = { number, target: to, primary: had.length === 0, ...(holder ? { from: holder.id } : {}) };
    try {
      await context.deps.dialpad.assignNumber(wanted);
    } catch (error) {
      // Whether Dialpad moves a number that somebody holds is not documented. Through the pool it goes, where there is one;
      // it is claimed for this case, so that nobody of ours takes it in between.
      const refusedToMove = isConnectorError(error, 'conflict') && holder !== null && context.deps.policy.reservePool;
      if (!refusedToMove) throw error;
      await context.deps.dialpad.poolNumber(number, { from: holder.id });
      await context.deps.dialpad.assignNumber(wanted);
    }
  },
  read: async (context): Promise<Reading> => {
    const { number, to, holder } = target<Planned>(context);
    const now = await context.deps.dialpad.readNumber(number);
    return {
      holds: now !== null && now.targetId === to?.id,
      evidence: { number, status: now?.status ?? 'released', ...movesOf(context, [{ number, now, from: holder }]) },
    };
  },
};

const releaseNumber: StepDefinition = {
  keep: async (context) => {
    const { dialpad } = context.deps;
    const { number, holder } = target<Planned>(context);
    const now = await dialpad.readNumber(number);
    if (now === null) return; // a lost reply: it was released by an earlier attempt
    await stillFree(context);
    if (holder !== null) await dialpad.poolNumber(number, { from: holder.id });
    await dialpad.releaseNumber(number);
  },
  read: async (context): Promise<Reading> => {
    const { number, holder } = target<Planned>(context);
    const now = await context.deps.dialpad.readNumber(number);
    return {
      holds: now === null,
      evidence: { number, status: now?.status ?? 'released', ...movesOf(context, [{ number, now, from: holder }]) },
      detail: 'Dialpad still shows the number as one of the company',
    };
  },
};

export const numberCaseSteps: Partial<Record<StepKind, StepDefinition>> = { checkNumber, reassignNumber, releaseNumber };
