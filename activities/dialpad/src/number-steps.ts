import { invitedByUs, type NumberWish, type StepKind } from '@handover/case';
import { isConnectorError } from '@handover/connector-kit';
import { boughtIn, boughtMeanwhile } from './bought.ts';
import { hasAccepted } from './invite-steps.ts';
import { movedNow } from './number-moves.ts';
import { tookSeats } from './seat-steps.ts';
import { Blocked, holds, target, userIdOf, userOf, type StepContext, type StepDefinition } from './step.ts';

export const numbersOf = async (context: StepContext): Promise<string[]> =>
  (await context.deps.dialpad.numbersOf(userIdOf(context))).map((each) => each.number);

const assignNumber: StepDefinition = {
  readFirst: false,
  image: async (context) => ({
    before: { numbers: await numbersOf(context), ...(await boughtIn(context, target<{ officeId: string }>(context).officeId)) },
  }),
  keep: async (context) => {
    const { dialpad, company } = context.deps;
    const { wish, officeId } = target<{ wish: NumberWish; officeId: string }>(context);
    const { before } = await context.imageOf(context.step.id);
    const had = Array.isArray(before['numbers']) ? before['numbers'].map(String) : [];
    const number = (await company.numberOf(context.caseId)) ?? (await claimNumber(context, wish, officeId));
    if (isNew(number) && wish.kind === 'area-code')
      await dialpad.assignNewNumber({ target: { type: 'user', id: userIdOf(context) }, areaCode: wish.areaCode, before: had, repeated: context.repeated });
    else await assigned(context, wish, number);
    await tookSeats(context, 'additionalNumber');
  },
  read: async (context) => {
    const { before } = await context.imageOf(context.step.id);
    const had = Array.isArray(before['numbers']) ? before['numbers'].map(String) : [];
    const claimed = await context.deps.company.numberOf(context.caseId);
    const now = await numbersOf(context);
    const gained = now.filter((number) => !had.includes(number));
    const { finding, evidence } = await boughtMeanwhile(context, target<{ officeId: string }>(context).officeId);
    const isThere = claimed === null || isNew(claimed) ? gained.length > 0 : now.includes(claimed);

    const moves = await movedNow(context, gained, null);
    return { ...holds(isThere, { numbers: now, claimed, ...evidence, ...moves }), ...(finding ? { finding } : {}) };
  },
};

/** A reserved number that somebody took in the console meanwhile is not waited for: the retry chooses another. */
const assigned = async (context: StepContext, wish: NumberWish, number: string): Promise<void> => {
  const { dialpad, company } = context.deps;
  try {
    await dialpad.assignNumber({ number, target: { type: 'user', id: userIdOf(context) }, primary: true });
  } catch (error) {
    if (!isConnectorError(error) || error.code !== 'number-taken' || (wish.kind !== 'reserved' && wish.kind !== 'area-code')) throw error;
    await company.execute({ type: 'freeNumbers', caseId: context.caseId }, context.by);
    throw new Blocked('number.taken', 'somebody else holds the number that was claimed by now; retry, and another one is taken');
  }
};

/** Chosen and claimed before it is assigned: a retry asks for the same number again, never for a second one. */
const claimNumber = async (context: StepContext, wish: NumberWish, officeId: string): Promise<string> => {
  const { company } = context.deps;
  const { refusal } = await company.execute({ type: 'claimNumber', caseId: context.caseId, ...(await candidates(context, wish, officeId)) }, context.by);
  const number = await company.numberOf(context.caseId);
  if (refusal || number === null) {
    throw new Blocked(wish.kind === 'area-code' ? 'number.area_promised' : 'number.none', NONE[wish.kind]);
  }

  return number;
};

const NONE: Readonly<Record<NumberWish['kind'], string>> = {
  named: 'the number is promised to somebody else',
  leaver: 'the numbers of that leaver are promised to somebody else',
  reserved: 'no reserved number is free; release one, or assign one by hand',
  'area-code':
    'every reserved number of the area is promised to somebody, and Dialpad might give one of them if it chose itself; retry when one is free, or assign one by hand',
};

/** What is claimed where Dialpad shall choose: a decision too, which a repeat must not make otherwise. */
const newNumber = (caseId: string, areaCode: string): string => `new:${areaCode}/${caseId}`;
const isNew = (claimed: string): boolean => claimed.startsWith('new:');

interface Candidates {
  readonly candidates: readonly string[];
  /** The leaver's case that HR takes the number from: what is withheld for that leaver alone may be taken. */
  readonly meantFrom?: string;
}

const candidates = async (context: StepContext, wish: NumberWish, officeId: string): Promise<Candidates> => {
  const { dialpad } = context.deps;
  if (wish.kind === 'named') return { candidates: [wish.e164] };
  if (wish.kind === 'reserved' || wish.kind === 'area-code') {
    const pooled = await dialpad.pooledNumbers();
    const fits = wish.kind === 'reserved' ? pooled : pooled.filter((each) => each.areaCode === wish.areaCode);
    const ownFirst = [...fits.filter((each) => each.officeId === officeId), ...fits.filter((each) => each.officeId !== officeId)];
    // Out of an area without reserved numbers Dialpad takes a new one; with some it might take what is promised to others.
    const chosen = wish.kind === 'area-code' && fits.length === 0 ? [newNumber(context.caseId, wish.areaCode)] : [];
    return { candidates: [...ownFirst.map((each) => each.number), ...chosen] };
  }
  if (wish.personRef === null) throw new Blocked('number.leaver_unknown', 'HR names a leaver it never told us about; name the number itself');
  return fromLeaver(context, wish.personRef);
};

/** Numbers that a leaver of this person has put into the pool, whether or not the leaver may still come back. */
const fromLeaver = async ({ deps: { dialpad, persons, cases } }: StepContext, personRef: string): Promise<Candidates> => {
  const leaver = [...(await persons.load(personRef)).state.cases].reverse().find((each) => each.kind === 'leaver');
  const steps = leaver ? ((await cases.load(leaver.caseId))?.state.steps ?? []) : [];
  const handedOver = steps.filter((step) => step.kind === 'moveNumber').map((step) => String(step.target['number']));
  const pooled = new Set((await dialpad.pooledNumbers()).map((each) => each.number));
  const free = handedOver.filter((number) => pooled.has(number));
  if (!leaver || free.length === 0)
    throw new Blocked('number.not_handed_over', 'no number of that leaver is in the pool yet; retry when the leaver is handed over');

  return { candidates: free, meantFrom: leaver.caseId };
};

/** The numbers that the case brought. */
const brought = async (context: StepContext): Promise<readonly string[]> => {
  const now = await numbersOf(context);
  if (invitedByUs(context.state)) return now;
  const had = (await context.imageOf(target<{ of: string }>(context).of)).before['numbers'];
  return now.filter((number) => !Array.isArray(had) || !had.includes(number));
};

const unassignNumber: StepDefinition = {
  image: async (context) => ({ before: { numbers: await brought(context) } }),
  keep: async (context) => {
    if (invitedByUs(context.state) && hasAccepted(await userOf(context)))
      throw new Blocked('invite.accepted', 'the person has accepted meanwhile: nothing is withdrawn; end the access with a leaver case, or waive');
    const numbers = await brought(context);
    // Nobody was asked for the loss of a number: whoever un-assigns it in the console decides that.
    if (numbers.length > 0 && !context.deps.policy.reservePool)
      throw new Blocked('number.would_be_lost', 'un-assigning the number would lose it: move it elsewhere, or un-assign it in the console; then retry');
    for (const number of numbers) await context.deps.dialpad.poolNumber(number, { from: userIdOf(context) });
  },
  read: async (context) => {
    const numbers = await brought(context);
    const { before } = await context.imageOf(context.step.id);
    const had = Array.isArray(before['numbers']) ? before['numbers'].map(String) : [];
    const taken = had.filter((number) => !numbers.includes(number));
    return holds(numbers.length === 0, { numbers, ...(await movedNow(context, taken, { type: 'user', id: userIdOf(context) })) });
  },
};

export const numberSteps: Partial<Record<StepKind, StepDefinition>> = { assignNumber, unassignNumber };
