import type { JsonObject } from '@handover/case';
import { isConnectorError } from '@handover/connector-kit';
import type { StepContext } from './step.ts';

/** The licences an office has bought, for the before-image of whatever takes one. Null where the key may not see the plan. */
export const boughtIn = async (context: StepContext, officeId: string): Promise<JsonObject> => {
  try {
    return { bought: { ...(await context.deps.dialpad.seatsBought(officeId)) } };
  } catch (error) {
    if (isConnectorError(error, 'refused') || isConnectorError(error, 'unauthorized')) return { bought: null };
    throw error;
  }
};

/**
 * Nothing is ever bought silently: where Dialpad sells a licence by itself, its own counter of what is bought grows. Others
 * may buy meanwhile, so this is a finding for somebody to look at, never a block.
 */
export const boughtMeanwhile = async (context: StepContext, officeId: string): Promise<{ finding?: string; evidence: JsonObject }> => {
  const before = (await context.imageOf(context.step.id)).before['bought'] as Readonly<Record<string, number>> | null | undefined;
  const { bought: after } = (await boughtIn(context, officeId)) as { bought: Readonly<Record<string, number>> | null };
  if (!before || !after) return { evidence: {} };
  const grown = Object.keys(after).filter((seat) => (after[seat] ?? 0) > (before[seat] ?? 0));

  return grown.length === 0
    ? { evidence: {} }
    : { finding: 'seat.bought', evidence: { bought: Object.fromEntries(grown.map((seat) => [seat, { before: before[seat] ?? 0, after: after[seat] ?? 0 }])) } };
};
