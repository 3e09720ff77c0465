import type { JsonObject } from '@handover/case';
import type { PhoneNumber } from '@handover/connector-dialpad';
import type { StepContext } from './step.ts';

type Place = { readonly type: string; readonly id: string };

export interface Moved {
  readonly number: string;
  /** As Dialpad shows it now; null: it is not the company's any more. */
  readonly now: PhoneNumber | null;
  /** Who had it before, where that is known. */
  readonly from: Place | null;
}

/**
 * What a step did to numbers, for the evidence: Dialpad's API does not keep who had a number and why, so the record does.
 * A number, its office and references of persons are company property.
 */
export const movesOf = (context: StepContext, moved: readonly Moved[]): { readonly moves: readonly JsonObject[] } => ({
  moves: moved.map(({ number, now, from }) => {
    const to = now === null || now.targetType === null || now.targetId === null ? null : { type: now.targetType, id: now.targetId };
    return { number, officeId: now?.officeId ?? null, status: now?.status ?? 'released', from, to, why: whyOf(context) };
  }),
});

/** The same for numbers that are read again first. */
export const movedNow = async (context: StepContext, numbers: readonly string[], from: Place | null): Promise<{ readonly moves: readonly JsonObject[] }> =>
  movesOf(context, await Promise.all(numbers.map(async (number) => ({ number, now: await context.deps.dialpad.readNumber(number), from }))));

const whyOf = ({ state, step }: StepContext): string => {
  if (state.terms.kind === 'number') return state.terms.action === 'release' ? 'released' : 'reassigned';
  return step.undoes === undefined ? state.kind : `${state.kind}-undone`;
};
