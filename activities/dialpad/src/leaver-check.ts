import {
  isApprovedByPeople,
  oneHeir,
  problemInWords,
  usersAmong,
  type CallProblem,
  type Heir,
  type Heirs,
  type LeaverTerms,
  type OpenCase,
} from '@handover/case';
import { alsoLeaving, callsAsEvidence, foreseeCalls, tolerated, type Foreseen } from '@handover/planning';
import { Blocked, target, userOf, type StepContext, type StepDefinition } from './step.ts';

/** Plans of an earlier release have one heir for everything. */
export const heirsOf = (context: StepContext): Heirs => {
  const { heir, heirs } = target<{ heir: Heir; heirs?: Heirs }>(context);
  return heirs ?? oneHeir(heir);
};

/** Handover works with the rights of whoever made its API key: taking those would be its own end. */
export const apiKeyStays = ({ deps, state }: StepContext, userId: string): void => {
  if (deps.policy.apiKeyOwner !== userId || (state.kind !== 'leaver' && state.kind !== 'mover')) return;
  throw new Blocked(
    `${state.kind}.api_key_owner`,
    'the person owns the API key that Handover works with; let another Company Admin create a key first, and name them in the policy (apiKeyOwner)',
  );
};

/** Asked again right before the cut: the check may have been waived for another reason, and this can never be waived. */
export const mayGo = async (context: StepContext, adminsToBe: readonly string[] = []): Promise<void> => {
  const { dialpad, company } = context.deps;
  const user = await userOf(context);
  apiKeyStays(context, user.id);
  if (!user.isSuperAdmin || user.state !== 'active') return;
  const admins = (await dialpad.companyAdmins()).map((admin) => admin.id).filter((id) => id !== user.id);
  const otherAdmins = [...admins, ...adminsToBe];
  const { refusal } = await company.execute({ type: 'claimAdminExit', caseId: context.caseId, userId: user.id, otherAdmins }, context.by);
  if (refusal) throw new Blocked(refusal.code, 'the person is the last active Company Admin; make somebody else one first');
};

/** Nothing is cut before all of this holds; each refusal says what would make it hold. */
export const checkLeaver: StepDefinition = {
  readFirst: false,
  keep: async (context) => {
    await mayGo(context, adminsToBe(context));
    await successorsStay(context);
  },
  // The calls are foreseen in the reading, because what is promised here is what the hand-over is compared with.
  read: async (context) => {
    const user = await userOf(context);
    const { report, before } = await foreseen(context);
    if (report.problems.length > 0) throw new Blocked(CALL_CODES[report.problems[0]?.what ?? 'dead-end'], wordsOf(context, report.problems));
    await claimExits(context, before);
    const calls = JSON.parse(JSON.stringify(callsAsEvidence(report)));

    return {
      holds: true,
      evidence: {
        state: user.state,
        companyAdmin: user.isSuperAdmin,
        apiKeyOwner: context.deps.policy.apiKeyOwner === null ? 'unknown' : 'somebody-else',
        calls,
      },
    };
  },
};

const termsOf = ({ terms }: OpenCase): LeaverTerms => {
  if (terms.kind !== 'leaver') throw new Error('not a leaver');
  return terms;
};

/** Who is made Company Admin by this case before the leaver stops being one. */
const adminsToBe = (context: StepContext): readonly string[] => {
  const grants = context.state.steps.some((step) => step.kind === 'handOverAdmin' && step.target['scope'] === 'company');
  const { admin } = heirsOf(context);
  return grants && admin?.kind === 'user' && isApprovedByPeople(context.state) ? [admin.id] : [];
};

const successorsStay = async (context: StepContext): Promise<void> => {
  const { dialpad, others } = context.deps;
  const users = usersAmong(heirsOf(context));
  const states = await Promise.all(users.map(async (id) => ({ id, state: (await dialpad.readUser(id))?.state })));
  const gone = states.find(({ state }) => state !== 'active');
  if (gone) throw new Blocked('successor.inactive', `the successor, user ${gone.id}, is not active in Dialpad any more; rescind and name another one`);
  const [leaves] = await others.leavingBy(termsOf(context.state).cutOff, users, context.caseId);
  if (leaves) {
    throw new Blocked(
      'successor.leaving',
      `the successor, user ${leaves.userId}, leaves as well (case ${leaves.caseId}); rescind and name another one, or waive`,
    );
  }
};

const foreseen = async (context: StepContext): Promise<Foreseen> => {
  const { dialpad, others, policy } = context.deps;
  const user = await userOf(context);
  const heirs = heirsOf(context);
  const { among } = await alsoLeaving(others, termsOf(context.state), context.caseId, heirs);
  const { report, before } = await foreseeCalls(dialpad, { userId: user.id, heirs }, among);

  return { before, report: tolerated(report, policy, termsOf(context.state).urgency) };
};

/** Claimed at the company's one lock: whoever is last in a group stays, or somebody steps in. */
const claimExits = async (context: StepContext, before: Foreseen['before']): Promise<void> => {
  const user = await userOf(context);
  const { groups: heir } = heirsOf(context);
  const rung = before.lines.filter((line) => line.operators.includes(user.id) && RINGS(line));
  const groups = rung
    .filter((line) => line.operators.some((id) => id !== user.id && before.reachable.includes(id)) || heir.kind === 'user')
    .map((line) => ({
      group: `${line.type}:${line.id}`,
      staying: [...line.operators.filter((id) => id !== user.id && before.reachable.includes(id)), ...(heir.kind === 'user' ? [heir.id] : [])],
    }));
  const claimed = await context.deps.company.execute({ type: 'claimOperatorExits', caseId: context.caseId, userId: user.id, groups }, context.by);
  if (claimed.refusal) throw new Blocked(claimed.refusal.code, `${claimed.refusal.message}. Add an operator there, then retry; or waive`);
};

/** A group whose operators are never rung is not silenced by losing them. */
const RINGS = ({ open, closed }: Foreseen['before']['lines'][number]): boolean =>
  [open, closed].some((route) => route.ringsOperators || route.action === 'operator' || route.menu.some((key) => key.action === 'operator'));

const CALL_CODES: Readonly<Record<CallProblem['what'], string>> = {
  'no-operators': 'group.last_operator',
  'dead-end': 'calls.dead_end',
  loop: 'calls.loop',
  'only-leaver': 'calls.only_leaver',
};

/** Every problem with its way, and who could take over; ids only, because it is shown in Temporal, too. */
const wordsOf = (context: StepContext, problems: readonly CallProblem[]): string => {
  const moves = context.state.steps.filter((step) => step.kind === 'moveNumber');
  const stepOfNumber = (number: string): string => moves.find((step) => step.target['number'] === number)?.id ?? 'number';
  const each = problems.slice(0, 5).map((problem) => problemInWords(problem, stepOfNumber));
  const more = problems.length > 5 ? `; and ${problems.length - 5} more` : '';
  const suggested = problems[0]?.suggested ?? [];

  return `${each.join('; ')}${more}. Name a successor, add an operator, or waive${suggested.length > 0 ? `; users who could take over: ${suggested.join(', ')}` : ''}`;
};
