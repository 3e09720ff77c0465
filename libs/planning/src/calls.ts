import { afterLeaving, compareCalls, type CallGraph, type CallLine, type CallReport, type CallTarget, type Leaving } from '@handover/case';
import type { Dialpad, RoutedLine } from '@handover/connector-dialpad';

/**
 * The part of the company's call routing that somebody's leaving can touch: lines where they are rung or sent to, and
 * everything those lines lead to. Read as it is now.
 */
export const readCallGraph = async (dialpad: Dialpad, userId: string, also: readonly CallTarget[] = []): Promise<CallGraph> => {
  const [lines, user] = await Promise.all([dialpad.routedLines(), dialpad.readUser(userId)]);
  const memberships = (user?.groupDetails ?? []).filter((group) => OPERATED.includes(group.type));
  const seeds = lines.filter(
    (line) => targetsOf(line).some((target) => target.type === 'user' && target.id === userId) || [...memberships, ...also].some((each) => isSame(each, line)),
  );
  const touched = connected(lines, seeds);
  const withOperators = await Promise.all(touched.map((line) => operatorsOf(dialpad, line)));
  const states = await statesOf(dialpad, withOperators, touched);

  return {
    lines: withOperators.map(({ line, operators }): CallLine => ({ ...line, operators: operators.map((each) => each.id) })),
    reachable: [...states].filter(([, state]) => state === 'active').map(([id]) => id),
    numbers: (user?.phoneNumbers ?? []).map((number) => ({ number, target: { type: 'user', id: userId } })),
  };
};

/** What the hand-over would do to calls, without doing anything. */
export const foreseeCalls = async (dialpad: Dialpad, leaving: Leaving): Promise<CallReport> => {
  const before = await readCallGraph(dialpad, leaving.userId);
  const heirId = leaving.heir.kind === 'user' ? leaving.heir.id : null;
  const heir = heirId === null || before.reachable.includes(heirId) ? null : await dialpad.readUser(heirId);
  const known = heir?.state === 'active' ? { ...before, reachable: [...before.reachable, heir.id] } : before;

  return compareCalls(known, afterLeaving(known, leaving), leaving.userId);
};

const OPERATED: readonly string[] = ['department', 'callcenter', 'office'];

const isSame = (left: CallTarget, right: CallTarget): boolean => left.type === right.type && left.id === right.id;

const targetsOf = ({ open, closed }: RoutedLine): readonly CallTarget[] =>
  [open, closed].flatMap((route) => [route.target, ...route.menu.map((key) => key.target)]).filter((target): target is CallTarget => target !== null);

/** The lines themselves, what they lead to, and what leads to them: whoever calls those would notice. */
const connected = (lines: readonly RoutedLine[], seeds: readonly RoutedLine[]): readonly RoutedLine[] => {
  const found = new Set(seeds);
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const line of lines) {
      const leads = targetsOf(line).some((target) => [...found].some((each) => isSame(target, each)));
      const isLedTo = [...found].some((each) => targetsOf(each).some((target) => isSame(target, line)));
      if (leads || isLedTo) found.add(line);
    }
  }
  return lines.filter((line) => found.has(line));
};

interface WithOperators {
  readonly line: RoutedLine;
  readonly operators: readonly { readonly id: string; readonly state?: string | null }[];
}

const operatorsOf = async (dialpad: Dialpad, line: RoutedLine): Promise<WithOperators> => ({
  line,
  operators: line.type === 'callrouter' ? [] : await dialpad.operatorsOf({ type: line.type, id: line.id }),
});

/** The lists of operators tell their states; users that only routing points to are read one by one. */
const statesOf = async (dialpad: Dialpad, lines: readonly WithOperators[], touched: readonly RoutedLine[]): Promise<ReadonlyMap<string, string>> => {
  const states = new Map<string, string>();
  for (const { operators } of lines) for (const { id, state } of operators) if (state) states.set(id, state);
  const unknown = new Set(
    [
      ...touched
        .flatMap(targetsOf)
        .filter((target) => target.type === 'user')
        .map((target) => target.id),
      ...lines.flatMap(({ operators }) => operators.map((each) => each.id)),
    ].filter((id) => !states.has(id)),
  );
  await Promise.all([...unknown].map(async (id) => void states.set(id, (await dialpad.readUser(id))?.state ?? 'unknown')));

  return states;
};
