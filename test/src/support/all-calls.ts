import { defectsOf, endsOf, keyOf, numberKey, reachesNobody, type CallGraph, type CallLine } from '@handover/case';
import type { Dialpad } from '@handover/connector-dialpad';

/** The whole company's call routing as it is now, with the numbers that are asked for. */
export const wholeGraph = async (dialpad: Dialpad, numbers: readonly string[]): Promise<CallGraph> => {
  const [lines, ...held] = await Promise.all([dialpad.companyLines(), ...numbers.map((number) => dialpad.readNumber(number))]);
  const rung = await Promise.all(lines.map((line) => dialpad.rungBy(line)));
  const pointedAt = lines.flatMap((line) => [line.open, line.closed].flatMap((part) => [part.target, ...part.menu.map((key) => key.target)]));
  const holders = held.flatMap((number) => (number?.targetType === 'user' && number.targetId !== null ? [number.targetId] : []));
  const ids = new Set([...rung.flat().map((each) => each.id), ...pointedAt.flatMap((target) => (target?.type === 'user' ? [target.id] : [])), ...holders]);
  const users = await Promise.all([...ids].map((id) => dialpad.readUser(id)));

  return {
    lines: lines.map((line, n): CallLine => ({ ...line, operators: (rung[n] ?? []).map((each) => each.id) })),
    reachable: users.flatMap((user) => (user?.state === 'active' ? [user.id] : [])),
    numbers: numbers.map((number, n) => {
      const { targetType = null, targetId = null } = held[n] ?? {};
      return { number, target: targetType === null || targetId === null ? null : { type: targetType.replaceAll('_', ''), id: targetId } };
    }),
  };
};

/** Everything that is wrong with it, as text: dead ends, circles, groups that ring nobody, numbers that lead nowhere. */
export const faultsIn = (graph: CallGraph): readonly string[] => [
  ...defectsOf(graph).map(({ line, hours, what, path }) => `${line} ${hours} ${what}: ${path.join(' > ')}`),
  ...graph.numbers.flatMap(({ number }) =>
    endsOf(graph, { type: 'number', id: number }, 'open')
      .filter((end) => reachesNobody(end) || end.end === 'unassigned')
      .map((end) => `${numberKey(number)} ${end.end}: ${end.path.join(' > ')}`),
  ),
  ...graph.lines
    .filter((line) => line.operators.length === 0 && line.open.ringsOperators && line.type !== 'callrouter')
    .map((line) => `${keyOf(line)} has no operators`),
];
