import {
  afterLeaving,
  compareCalls,
  keyOf,
  usersAmong,
  type CallGraph,
  type CallLine,
  type CallReport,
  type CallTarget,
  type Heir,
  type Leaving,
} from '@handover/case';
import type { CompanyLine, Dialpad, RoutingReference } from '@handover/connector-dialpad';

/** Lines that are followed although nothing there names the person: where the heirs take calls, and what was looked at before. */
export interface Following {
  readonly userId: string;
  readonly also?: readonly CallTarget[];
  /** Users whose state is asked for as well. */
  readonly users?: readonly string[];
}

/**
 * The part of the company's call routing that somebody's leaving can touch: lines where they are rung or sent to, and
 * everything those lines lead to. Read as it is now.
 */
export const readCallGraph = async (dialpad: Dialpad, { userId, also = [], users = [] }: Following, known?: readonly CompanyLine[]): Promise<CallGraph> => {
  const [lines, user] = await Promise.all([known ?? dialpad.companyLines(), dialpad.readUser(userId)]);
  const named = [...(user?.groupDetails ?? []), ...also].map(keyOf);
  const seeds = lines.filter((line) => named.includes(keyOf(line)) || targetsOf(line).some((target) => keyOf(target) === `user:${userId}`));
  const touched = connected(lines, seeds);
  const operators = await Promise.all(touched.map((line) => dialpad.rungBy(line)));
  const states = await statesOf(dialpad, touched, operators, [userId, ...users]);

  return {
    lines: touched.map((line, n): CallLine => {
      const { type, id, name, officeId, open, closed } = line;
      return { type, id, name, officeId, open, closed, operators: (operators[n] ?? []).map((each) => each.id) };
    }),
    reachable: [...states].filter(([, state]) => state === 'active').map(([id]) => id),
    numbers: (user?.phoneNumbers ?? []).map((number) => ({ number, target: { type: 'user', id: userId } })),
  };
};

export interface Foreseen {
  readonly report: CallReport;
  readonly before: CallGraph;
}

/** What the hand-over would do to calls, without doing anything. `alsoGone` is asked with whoever is rung beside the leaver. */
export const foreseeCalls = async (
  dialpad: Dialpad,
  leaving: Pick<Leaving, 'userId' | 'heirs'>,
  alsoGone: (colleagues: readonly string[]) => Promise<readonly string[]> = async () => [],
  known?: readonly CompanyLine[],
): Promise<Foreseen> => {
  const { userId, heirs } = leaving;
  const before = await readCallGraph(dialpad, { userId, also: placesOf(heirs), users: usersAmong(heirs) }, known);
  const colleagues = [...new Set(before.lines.filter((line) => line.operators.includes(userId)).flatMap((line) => line.operators))].filter(
    (id) => id !== userId,
  );
  const gone = await alsoGone(colleagues);
  const report = compareCalls(before, afterLeaving(before, { userId, heirs, alsoGone: gone }), userId);
  if (report.problems.length === 0) return { report, before };

  const suggested = await suggestedFor(dialpad, userId, gone, report);
  return { before, report: { ...report, problems: report.problems.map((problem) => ({ ...problem, suggested })) } };
};

/** Where heirs that are lines take their calls. */
const placesOf = ({ numbers, otherNumbers, routing }: Leaving['heirs']): readonly CallTarget[] =>
  [...Object.values(numbers), otherNumbers, routing].flatMap((heir: Heir) =>
    heir.kind === 'pool' || heir.kind === 'user' ? [] : [{ type: heir.kind, id: heir.id }],
  );

const ENOUGH = 3;

/** Those who are rung near by know the work; where there are none, colleagues of the office. */
const suggestedFor = async (dialpad: Dialpad, userId: string, gone: readonly string[], { problems }: CallReport): Promise<readonly string[]> => {
  const near = (problems[0]?.suggested ?? []).filter((id) => !gone.includes(id));
  if (near.length >= ENOUGH) return near;
  const officeId = (await dialpad.readUser(userId))?.officeId;
  const colleagues = officeId === undefined ? [] : (await dialpad.colleaguesOf(officeId, ENOUGH + near.length + gone.length + 1)).map((each) => each.id);

  return [...new Set([...near, ...colleagues])].filter((id) => id !== userId && !gone.includes(id)).slice(0, ENOUGH);
};

/** Everywhere calls are sent to the person, as the hand-over step takes it. */
export const referencesIn = (lines: readonly CompanyLine[], userId: string): readonly RoutingReference[] =>
  lines.flatMap((line): RoutingReference[] => {
    const isUser = (target: CallTarget | null): boolean => target !== null && keyOf(target) === `user:${userId}`;
    const where = (path: string): RoutingReference['where'] => ({ type: line.type, id: line.id, path });
    if (line.type === 'callrouter') return isUser(line.open.target) ? [{ where: where('default'), repairable: true, action: null }] : [];

    return (['open', 'closed'] as const).flatMap((part) => {
      const { action, target, menu } = line[part];
      const repairable = line.type !== 'office';
      return [
        ...(isUser(target) ? [{ where: where(part), repairable, action }] : []),
        ...menu.filter((key) => isUser(key.target)).map((key) => ({ where: where(`${part}.dtmf.${key.key}`), repairable, action: key.action })),
      ];
    });
  });

const targetsOf = ({ open, closed }: CompanyLine): readonly CallTarget[] =>
  [open, closed].flatMap((route) => [route.target, ...route.menu.map((key) => key.target)]).filter((target): target is CallTarget => target !== null);

/** The lines themselves, what they lead to, and what leads to them: whoever calls those would notice. */
const connected = (lines: readonly CompanyLine[], seeds: readonly CompanyLine[]): readonly CompanyLine[] => {
  const byKey = new Map(lines.map((line) => [keyOf(line), line]));
  const neighbours = new Map<string, string[]>();
  const join = (from: string, to: string): void => void neighbours.set(from, [...(neighbours.get(from) ?? []), to]);
  for (const line of lines) {
    // A router that nobody takes over falls back to its office.
    const onward = [...targetsOf(line), ...(line.type === 'callrouter' && line.officeId !== null ? [{ type: 'office', id: line.officeId }] : [])];
    for (const target of onward.map(keyOf).filter((key) => byKey.has(key))) {
      join(keyOf(line), target);
      join(target, keyOf(line));
    }
  }
  const found = new Set(seeds.map(keyOf));
  const queue = [...found];
  for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
    for (const next of neighbours.get(key) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      queue.push(next);
    }
  }
  return lines.filter((line) => found.has(keyOf(line)));
};

type Rung = Awaited<ReturnType<Dialpad['rungBy']>>;

/** The lists of operators tell their states; users that only routing points to are read one by one. Rooms always ring. */
const statesOf = async (
  dialpad: Dialpad,
  touched: readonly CompanyLine[],
  operators: readonly Rung[],
  also: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const states = new Map<string, string>();
  for (const { id, type, state } of operators.flat()) {
    if (type === 'room') states.set(id, 'active');
    else if (state) states.set(id, state);
  }
  const pointedAt = touched.flatMap(targetsOf).filter((target) => target.type === 'user');
  const unknown = new Set([...pointedAt.map((target) => target.id), ...operators.flat().map((each) => each.id), ...also].filter((id) => !states.has(id)));
  await Promise.all([...unknown].map(async (id) => void states.set(id, (await dialpad.readUser(id))?.state ?? 'unknown')));

  return states;
};
