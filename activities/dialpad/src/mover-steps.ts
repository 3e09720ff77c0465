import { stepOf, type JsonObject, type SeatNeed, type StepKind } from '@handover/case';
import type { DialpadUser, GroupRef } from '@handover/connector-dialpad';
import { boughtIn, boughtMeanwhile } from './bought.ts';
import { apiKeyStays } from './leaver-check.ts';
import { nobodyLeftBehind } from './leaver-steps.ts';
import { movedNow } from './number-moves.ts';
import { tookSeats } from './seat-steps.ts';
import { Blocked, holds, target, userIdOf, userOf, type StepContext, type StepDefinition } from './step.ts';

/** Nothing is changed before everything can be: seats are claimed, an admin stays, so does our API key, no group is left without operators. */
const checkMover: StepDefinition = {
  readFirst: false,
  keep: async (context) => {
    const { dialpad, company } = context.deps;
    const user = await userOf(context);
    const takes = (kind: StepKind): boolean => context.state.steps.some((step) => step.kind === kind);
    if (takes('revokeCompanyAdmin') || takes('revokeOfficeAdmin')) apiKeyStays(context, user.id);
    await claimSeats(context);
    if (takes('revokeCompanyAdmin')) {
      const admins = (await dialpad.companyAdmins()).map((admin) => admin.id).filter((id) => id !== user.id);
      const { refusal } = await company.execute({ type: 'claimAdminExit', caseId: context.caseId, userId: user.id, otherAdmins: admins }, context.by);
      if (refusal) throw new Blocked(refusal.code, 'the person is the last active Company Admin; make somebody else one first');
    }
    await nobodyLeftBehind(context, user.id, groupsLeft(context));
  },
  read: async (context) => {
    const user = await userOf(context);
    return holds(true, { state: user.state, officeId: user.officeId, license: user.license, companyAdmin: user.isSuperAdmin });
  },
};

/** Groups that are left for good, for a moment (a change of role is out and in again), or by Dialpad's own doing. */
const groupsLeft = ({ state }: StepContext): readonly GroupRef[] =>
  state.steps
    .filter((step) => step.kind === 'leaveGroup' || step.kind === 'reportGroup' || (step.kind === 'joinGroup' && step.target['from'] !== undefined))
    .map((step) => (step.target as unknown as { group: GroupRef }).group);

const claimSeats = async (context: StepContext): Promise<void> => {
  const { dialpad, company } = context.deps;
  const { officeId, seat, seats } = target<{ officeId: string; seat: string | null; seats?: readonly Omit<SeatNeed, 'count'>[] }>(context);
  const needs: readonly Partial<SeatNeed>[] = seats ?? (seat === null ? [] : [{ officeId, seat }]);
  for (const need of needs) {
    const { seat: kind = 'talk', count = 1 } = need;
    const free = ((await dialpad.freeSeats(officeId)) as unknown as Record<string, number>)[kind] ?? 0;
    const claimed = await company.execute({ type: 'claimSeat', caseId: context.caseId, officeId, seat: kind, free, first: false, count }, context.by);
    if (!claimed.refusal) continue;
    // Who moves does not stand in line: they have a seat, and joiners have none.
    await company.execute({ type: 'returnSeat', caseId: context.caseId }, context.by);
    const keeps = kind === 'additionalNumber' ? ` to keep ${count} number${count === 1 ? '' : 's'}` : '';
    throw new Blocked(
      'seat.none',
      `${count} ${kind} seat${count === 1 ? ' is' : 's are'} needed in the office${keeps}, ${free} free; free or buy one in the console, then retry`,
    );
  }
};

const numbersNow = (user: DialpadUser): JsonObject => ({ officeId: user.officeId, numbers: user.phoneNumbers, license: user.license });

/** What became of numbers that are not the person's any more: nobody else keeps a record of it. */
const fateOf = async ({ deps: { dialpad } }: StepContext, numbers: readonly string[]): Promise<JsonObject[]> =>
  Promise.all(
    numbers.map(async (number) => {
      const now = await dialpad.readNumber(number);
      return { number, status: now?.status ?? 'released', targetType: now?.targetType ?? null, targetId: now?.targetId ?? null };
    }),
  );

/** For the history of each number: those the user had, wherever they are now, and those Dialpad gave them. */
const movedBy = async (context: StepContext, had: readonly string[], gained: readonly string[]): Promise<JsonObject> => {
  const [before, after] = await Promise.all([movedNow(context, had, { type: 'user', id: userIdOf(context) }), movedNow(context, gained, null)]);
  return { moves: [...before.moves, ...after.moves] };
};

const changesLicenseToo = ({ state, step }: StepContext): boolean =>
  state.steps.some((each) => each.kind === 'changeLicense' && each.id !== step.id && stepOf(state, each.id).status === 'pending');

const moveOffice: StepDefinition = {
  image: async (context) => ({
    before: { ...numbersNow(await userOf(context)), ...(await boughtIn(context, target<{ officeId: string }>(context).officeId)) },
  }),
  keep: async (context) => {
    const { dialpad } = context.deps;
    const { officeId } = target<{ officeId: string }>(context);
    await dialpad.moveOffice(userIdOf(context), officeId);
    const user = await userOf(context);
    // A suspended user takes no seat yet: what is claimed for them stays claimed until they are active.
    if (user.state === 'suspended') return;
    await tookSeats(context, dialpad.seatKindOf(user.license ?? 'talk'), ...(changesLicenseToo(context) ? [] : ['additionalNumber']));
  },
  read: async (context) => {
    const { officeId, numbers, losesNumbers } = target<{ officeId: string; numbers: string[]; losesNumbers: boolean }>(context);
    const user = await userOf(context);
    const kept = numbers.filter((number) => user.phoneNumbers.includes(number));
    const newNumbers = user.phoneNumbers.filter((number) => !numbers.includes(number));
    const bringsNumber = context.deps.policy.numberIncluded.includes(user.license ?? 'talk');
    // At home the numbers must have gone along; abroad a new one must be there, or the person cannot be called.
    const callable = losesNumbers ? user.phoneNumbers.length > 0 || !bringsNumber : kept.length === numbers.length;
    const isThere = user.officeId === officeId;
    const oldNumbers = isThere
      ? await fateOf(
          context,
          numbers.filter((number) => !kept.includes(number)),
        )
      : [];
    const { finding, evidence } = await boughtMeanwhile(context, officeId);
    const moves = isThere ? await movedBy(context, numbers, newNumbers) : {};

    return {
      ...holds(
        isThere && callable,
        { ...numbersNow(user), kept, newNumbers, oldNumbers, ...evidence, ...moves },
        isThere ? 'the numbers are not as promised; look at the user in Dialpad' : 'the user is not in the office',
      ),
      ...(finding ? { finding } : {}),
    };
  },
};

const changeLicense: StepDefinition = {
  image: async (context) => {
    const user = await userOf(context);
    const groups = user.groupDetails.map(({ type, id, role }) => ({ type, id, role }));
    return { before: { ...numbersNow(user), groups, ...(await boughtIn(context, user.officeId)) } };
  },
  keep: async (context) => {
    const { dialpad } = context.deps;
    const { license, keepNumbers = true } = target<{ license: string; keepNumbers?: boolean }>(context);
    await dialpad.setLicense(userIdOf(context), license, { keepNumbers });
    if ((await userOf(context)).state !== 'suspended') await tookSeats(context, dialpad.seatKindOf(license), 'additionalNumber');
  },
  read: async (context) => {
    const { license, keepNumbers = true } = target<{ license: string; keepNumbers?: boolean }>(context);
    const user = await userOf(context);
    const { before } = await context.imageOf(context.step.id);
    const had = Array.isArray(before['numbers']) ? before['numbers'].map(String) : [];
    const lost = had.filter((number) => !user.phoneNumbers.includes(number));
    const groups = Array.isArray(before['groups']) ? (before['groups'] as unknown as readonly GroupRef[]) : [];
    const dropped = groups.filter((group) => !user.groupDetails.some((each) => each.type === group.type && each.id === group.id));
    const isSo = user.license === license;
    const { finding, evidence } = await boughtMeanwhile(context, user.officeId);

    return {
      ...holds(
        isSo && (lost.length === 0 || !keepNumbers),
        {
          ...numbersNow(user),
          dropped: dropped.map(({ type, id }) => ({ type, id })),
          oldNumbers: isSo ? await fateOf(context, lost) : [],
          ...(isSo ? await movedBy(context, lost, []) : {}),
          ...evidence,
        },
        isSo ? 'Dialpad took numbers away that were to be kept; give them back in the console, then retry' : 'the licence is another one',
      ),
      ...(finding ? { finding } : {}),
    };
  },
};

const verifyMover: StepDefinition = {
  readFirst: false,
  keep: async () => undefined,
  read: async (context) => {
    const { officeId, license } = target<{ officeId: string; license: string }>(context);
    const user = await userOf(context);
    const same = user.officeId === officeId && (user.license ?? 'talk') === license;
    return holds(
      same,
      { ...numbersNow(user), groups: user.groupDetails.length, companyAdmin: user.isSuperAdmin, adminOfficeIds: user.adminOfficeIds },
      'office or licence are not as planned',
    );
  },
};

export const moverSteps: Partial<Record<StepKind, StepDefinition>> = { checkMover, moveOffice, changeLicense, verifyMover };
