import type { StepKind } from '@handover/case';
import { wakeNextInLine } from './seats.ts';
import { holds, target, type StepContext, type StepDefinition } from './step.ts';

interface Seat {
  readonly officeId: string;
  readonly seat: string;
  readonly count?: number;
}

const freeIn = async (context: StepContext, { officeId, seat }: Seat): Promise<number> =>
  ((await context.deps.dialpad.freeSeats(officeId)) as unknown as Record<string, number>)[seat] ?? 0;

const claimSeat: StepDefinition = {
  readFirst: false,
  keep: async (context) => {
    const { company, cases } = context.deps;
    const wanted = target<Seat>(context);
    const { officeId, seat } = wanted;
    const free = await freeIn(context, wanted);
    const { refusal } = await company.execute({ type: 'claimSeat', caseId: context.caseId, ...wanted, free, first: false }, context.by);
    if (!refusal) return;
    await cases.execute(context.caseId, { type: 'awaitSeat', officeId, seat }, { ...context.by, commandId: `await-seat/${context.deps.now()}` });

    return 'again';
  },
  read: async (context) => holds(true, { ...target<Seat>(context) }),
};

const returnSeat: StepDefinition = {
  readFirst: false,
  keep: async (context) => {
    const { officeId, seat } = target<Seat>(context);
    await context.deps.company.execute({ type: 'returnSeat', caseId: context.caseId }, context.by);
    await wakeNextInLine(context.deps, officeId, seat, context.by);
  },
  read: async (context) => {
    const seat = target<Seat>(context);
    return holds(true, { ...seat, free: await freeIn(context, seat) });
  },
};

/** From here Dialpad's own counter shows them as taken; ours would count them twice. */
export const tookSeats = async ({ deps, caseId, by }: StepContext, ...seats: readonly string[]): Promise<void> => {
  for (const seat of new Set(seats)) await deps.company.execute({ type: 'takeSeat', caseId, seat }, by);
};

export const seatSteps: Partial<Record<StepKind, StepDefinition>> = { claimSeat, returnSeat };
