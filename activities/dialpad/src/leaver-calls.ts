import {
  brokenPromises,
  isRefused,
  endInWords,
  endsOf,
  startOf,
  stepOf,
  type CallEnd,
  type CallGraph,
  type CallPaths,
  type CallReport,
  type CallTarget,
  type Heir,
  type Json,
  type JsonObject,
  type StepKind,
} from '@handover/case';
import { samePlace, type GroupRef, type RoutingReference } from '@handover/connector-dialpad';
import { readCallGraph } from '@handover/planning';
import { target, userIdOf, type StepContext, type StepDefinition } from './step.ts';

export const placeFor = (heir: Heir): { type: 'user' | 'department' | 'callcenter' | 'office'; id: string } | null =>
  heir.kind === 'pool' ? null : { type: heir.kind, id: heir.id };

const stillPoints = async (context: StepContext, reference: RoutingReference): Promise<boolean> =>
  (await context.deps.dialpad.routingReferences(userIdOf(context))).some((each) => samePlace(each.where, reference.where));

const repointRouting: StepDefinition = {
  keep: async (context) => {
    const { reference, heir } = target<{ reference: RoutingReference; heir: Heir }>(context);
    await context.deps.dialpad.repointRouting(reference, placeFor(heir));
  },
  read: async (context) => {
    const { reference } = target<{ reference: RoutingReference }>(context);
    return { holds: !(await stillPoints(context, reference)), evidence: { where: reference.where as unknown as JsonObject } };
  },
};

interface Leaves {
  readonly group: GroupRef;
  readonly heir: Heir;
}

/** Whoever the plan names steps in where nobody else who stays can be rung. */
const stepsIn = async (context: StepContext): Promise<string | null> => {
  const { group, heir } = target<Leaves>(context);
  if (heir.kind !== 'user' || group.type === 'channel') return null;
  if (context.step.early === true) return heir.id;
  const others = (await context.deps.dialpad.rungBy(group)).filter((each) => each.id !== userIdOf(context));

  return others.some((each) => each.type === 'room' || each.state === 'active') ? null : heir.id;
};

const leaveGroup: StepDefinition = {
  image: async (context) => {
    const { group } = target<Leaves>(context);
    return { before: { operators: (await context.deps.dialpad.operatorsOf(group)).map((each) => each.id), steppedIn: await stepsIn(context) } };
  },
  keep: async (context) => {
    const { dialpad } = context.deps;
    const { group } = target<Leaves>(context);
    const heir = await stepsIn(context);
    // In before the last one steps out, so that the group rings somebody at every moment.
    if (heir !== null) await dialpad.addToGroup({ userId: heir, group, role: 'operator' });
    await dialpad.removeFromGroup({ userId: userIdOf(context), group });
  },
  read: async (context) => {
    const { group } = target<Leaves>(context);
    const operators = (await context.deps.dialpad.operatorsOf(group)).map((each) => each.id);
    return { holds: !operators.includes(userIdOf(context)), evidence: { group: group.id, operators: operators.length } };
  },
};

/** What was promised last: by the check right before the cut, else, where that was waived, by the plan; not by a check of a plan before. */
const promisedPaths = async (context: StepContext): Promise<{ readonly paths: readonly CallPaths[]; readonly names: CallReport['names'] }> => {
  const isChecked = ['verified', 'by-hand'].includes(stepOf(context.state, 'check').status);
  const [check, link] = await Promise.all([isChecked ? context.evidenceOf('check') : null, context.evidenceOf('link')]);
  const report = (check?.['calls'] ?? link['calls']) as unknown as CallReport | undefined;
  return { paths: report?.paths ?? [], names: report?.names };
};

/** Where the numbers of the promise are now, and the routing around them. */
const graphNow = async (context: StepContext, paths: readonly CallPaths[]): Promise<CallGraph> => {
  const { dialpad } = context.deps;
  const starts = paths.map(({ from }) => startOf(from));
  const numbers = await Promise.all(
    [...new Set(starts.filter(({ type }) => type === 'number').map(({ id }) => id))].map(async (number) => ({
      number,
      target: await targetOf(context, number),
    })),
  );
  const places = [...starts.filter(({ type }) => type !== 'number'), ...numbers.flatMap((each) => (each.target ? [each.target] : []))];
  const users = places.filter(({ type }) => type === 'user').map(({ id }) => id);
  const graph = await readCallGraph(dialpad, { userId: userIdOf(context), also: places, users });

  return { ...graph, numbers };
};

const targetOf = async (context: StepContext, number: string): Promise<CallTarget | null> => {
  const now = await context.deps.dialpad.readNumber(number);
  return now === null || now.targetId === null || now.targetType === null ? null : { type: now.targetType.replaceAll('_', ''), id: now.targetId };
};

/** Numbers whose loss was refused stay with the leaver: that is no promise broken. */
const keptNumbers = ({ state }: StepContext): readonly string[] =>
  state.steps.filter((step) => step.kind === 'moveNumber' && isRefused(state, step)).map(({ target: { number } }) => `number:${String(number)}`);

/** After the hand-over every touched line and number is followed again, as it really is now, and compared with what was promised. */
const verifyCalls: StepDefinition = {
  readFirst: false,
  keep: async () => undefined,
  read: async (context) => {
    const leaverId = userIdOf(context);
    const promised = await promisedPaths(context);
    const paths = promised.paths.filter(({ from }) => !keptNumbers(context).includes(from));
    const { names } = promised;
    const graph = await graphNow(context, paths);
    // A person who has looked at a difference may settle for calls that reach somebody.
    const broken = brokenPromises(paths, graph, { leaverId, strict: context.at.round === 1 });
    const now = paths.map(({ from, hours }) => ({ from, hours, ends: endsOf(graph, startOf(from), hours) }));
    const stillRings = graph.lines.filter((line) => line.operators.includes(leaverId)).map((line) => `${line.type}:${line.id}`);
    const evidence = {
      now,
      words: now.flatMap(({ hours, ends }) => ends.map((end: CallEnd) => `${hours === 'open' ? 'in hours' : 'out of hours'}: ${endInWords(end, names)}`)),
      stillRings,
      leadsToLeaver: broken.filter(({ what }) => what === 'still-leads-to-leaver').map(({ path }) => path.join(' > ')),
      notAsPromised: broken.filter(({ what }) => what !== 'still-leads-to-leaver').map(({ from, hours, what, path }) => ({ from, hours, what, path })),
    };

    return {
      holds: stillRings.length + broken.length === 0,
      evidence: JSON.parse(JSON.stringify(evidence)) as Record<string, Json>,
      detail: detailOf(
        stillRings,
        broken.map(({ what }) => what),
      ),
    };
  },
};

const detailOf = (stillRings: readonly string[], broken: readonly string[]): string => {
  if (stillRings.length > 0 || broken.includes('still-leads-to-leaver')) return 'a call still leads to the leaver; point it elsewhere, then retry';
  if (broken.includes('lost')) return 'a call reaches nobody; mend the routing, then retry';
  return 'calls go elsewhere than was promised: somebody changed the routing meanwhile; look at the evidence, then retry to settle for it';
};

export const callSteps: Partial<Record<StepKind, StepDefinition>> = { repointRouting, leaveGroup, verifyCalls };
