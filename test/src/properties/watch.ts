import { endsOf, type CallEnd, keyOf, stepOf, type CallGraph, type CallLine, type CallTarget, type Hours, type OpenCase } from '@handover/case';
import { createDialpad, type DialpadUser } from '@handover/connector-dialpad';
import { rateBudget } from '@handover/connector-kit';

const HOURS: readonly Hours[] = ['open', 'closed'];

/** The company as somebody sees it who reads all of it, with a key of their own and none of Handover's caches. */
const readCompany = async (url: string) => {
  const dialpad = createDialpad({ baseUrl: url, apiKey: { reveal: () => 'observer' }, budget: rateBudget(10_000) });
  const [{ items }, lines] = await Promise.all([
    fetch(`${url}/api/v2/users?state=all&apikey=observer&limit=100`).then(() => everybody(url)),
    dialpad.routedLines(),
  ]);
  const withOperators: CallLine[] = await Promise.all(
    lines.map(async (line) => ({
      ...line,
      operators: line.type === 'callrouter' ? [] : (await dialpad.operatorsOf({ type: line.type, id: line.id })).map((each) => each.id),
    })),
  );

  return { users: items, lines: withOperators };
};

interface SeenUser {
  readonly id: string;
  readonly state: DialpadUser['state'];
  readonly is_super_admin?: boolean;
  readonly emails?: readonly string[];
  readonly phone_numbers?: readonly string[];
}

const everybody = async (url: string): Promise<{ items: SeenUser[] }> => {
  const items: SeenUser[] = [];
  let cursor = '';
  do {
    const page = (await (
      await fetch(`${url}/api/v2/users?state=all&apikey=observer&limit=100${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`)
    ).json()) as { items?: SeenUser[]; cursor?: string };
    items.push(...(page.items ?? []));
    cursor = page.cursor ?? '';
  } while (cursor !== '');

  return { items };
};

/** What calls reached before anything happened: only that can be broken. */
interface Line {
  readonly target: CallTarget;
  readonly hours: Hours;
  readonly rang: boolean;
}

const graphOf = (lines: readonly CallLine[], users: readonly SeenUser[], alsoReachable: ReadonlySet<string>): CallGraph => ({
  lines,
  reachable: users.filter((user) => user.state === 'active' || alsoReachable.has(user.id)).map((user) => user.id),
  numbers: [],
});

const brokenPath = (graph: CallGraph, { target, hours }: Line): CallEnd | undefined =>
  endsOf(graph, target, hours).find(({ end }) => end === 'dead-end' || end === 'loop');

const rings = (graph: CallGraph, { target }: Line): boolean =>
  graph.lines.some((line) => keyOf(line) === keyOf(target) && line.operators.some((id) => graph.reachable.includes(id)));

/** A leaver whose access is cut and whose lines are being moved at this moment: seconds, and the plan says what comes next. */
const midHandOver = (cases: readonly OpenCase[]): ReadonlySet<string> =>
  new Set(
    cases.flatMap((state) => {
      const begun = state.kind === 'leaver' && state.userId !== null && stepOf(state, 'suspend').begun;
      return begun && state.holdUntil === null && state.userId !== null ? [state.userId] : [];
    }),
  );

/** Who was doing what at that moment, for whoever reads a complaint. */
const namesOf = (cases: readonly OpenCase[]): string =>
  cases.flatMap((state) => (state.userId === null ? [] : [`${state.kind} of ${state.userId} ${state.phase}`])).join(', ');

export interface Watch {
  /** After a call to Dialpad. */
  readonly look: (cases: () => Promise<readonly OpenCase[]>) => Promise<void>;
  /** Everything that was ever wrong, in words. */
  readonly complaints: readonly string[];
  readonly lines: number;
}

/** Looks at the whole company after every write, and says what no moment may show. */
export const watchCompany = async (url: string): Promise<Watch> => {
  const first = await readCompany(url);
  const whole = graphOf(first.lines, first.users, new Set());
  const lines = first.lines
    .flatMap((line) => HOURS.map((hours): Line => ({ target: { type: line.type, id: line.id }, hours, rang: false })))
    .map((line) => ({ ...line, rang: rings(whole, line) }))
    .filter((line) => !brokenPath(whole, line));
  const complaints = new Set<string>();
  const known = new Set<string>(); // each line is complained about once, at the moment it broke
  let looking: Promise<void> = Promise.resolve();

  const look = async (read: () => Promise<readonly OpenCase[]>): Promise<void> => {
    // Before and after, because cases go on while the company is read.
    const earlier = await read();
    const now = await readCompany(url);
    const cases = await read();
    const admins = now.users.filter((user) => user.is_super_admin && user.state === 'active');
    if (admins.length === 0) complaints.add('no active Company Admin is left');
    const graph = graphOf(now.lines, now.users, new Set([...midHandOver(earlier), ...midHandOver(cases)]));
    for (const line of lines) {
      const name = `${keyOf(line.target)} (${line.hours})`;
      const broken = brokenPath(graph, line);
      if (broken && !known.has(name)) complaints.add(`${name} leads a call nowhere: ${broken.path.join(' > ')} (${namesOf(cases)})`);
      if (broken) known.add(name);
      const silent = line.rang && !rings(graph, line);
      if (silent && !known.has(`${name} silent`)) complaints.add(`${name} rings nobody any more (${namesOf(cases)})`);
      if (silent) known.add(`${name} silent`);
    }
    const byMail = new Map<string, number>();
    for (const mail of now.users.filter((user) => user.state !== 'deleted').flatMap((user) => user.emails ?? [])) byMail.set(mail, (byMail.get(mail) ?? 0) + 1);
    if ([...byMail.values()].some((count) => count > 1)) complaints.add('two users have one mail address');
  };

  return {
    // One look at a time: each is of one moment.
    look: (cases) => (looking = looking.then(() => look(cases))),
    get complaints() {
      return [...complaints];
    },
    lines: lines.length,
  };
};
