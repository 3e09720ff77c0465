import { happened, nothingNew, unreachable, type Decided } from '../kernel.ts';

/** Things of which there is one per company. Claimed here, at an expected version, before the write in Dialpad. */
export type CompanyEvent =
  | { readonly type: 'AdminExitClaimed'; readonly data: { caseId: string; userId: string } }
  | { readonly type: 'AdminExitReleased'; readonly data: { caseId: string } }
  | { readonly type: 'SeatQueued'; readonly data: { caseId: string; officeId: string; seat: string; first: boolean; count?: number } }
  | { readonly type: 'SeatClaimed'; readonly data: { caseId: string; officeId: string; seat: string; count?: number } }
  /** Without a seat: everything the case had claimed. */
  | { readonly type: 'SeatTaken'; readonly data: { caseId: string; seat?: string } }
  | { readonly type: 'LeaverAnnounced'; readonly data: { caseId: string; userId: string } }
  | { readonly type: 'LeaverWithdrawn'; readonly data: { caseId: string } }
  | { readonly type: 'OperatorExitsClaimed'; readonly data: { caseId: string; userId: string; groups: readonly string[] } }
  | { readonly type: 'SeatReturned'; readonly data: { caseId: string } }
  | { readonly type: 'NumberClaimed'; readonly data: { caseId: string; number: string } }
  | { readonly type: 'NumberWithheld'; readonly data: { caseId: string; number: string } }
  | { readonly type: 'NumbersFreed'; readonly data: { caseId: string } };

interface SeatClaim {
  readonly caseId: string;
  readonly officeId: string;
  readonly seat: string;
  /** Absent: one. A change of licence needs one licence for every number that is kept. */
  readonly count?: number;
}

export interface CompanyState {
  readonly adminExits: readonly { readonly caseId: string; readonly userId: string }[];
  /** Users whose leaver case is planned and runs. */
  readonly leaving: readonly { readonly caseId: string; readonly userId: string }[];
  /** Groups that the users of cases may stop answering for, by key. */
  readonly operatorExits: readonly { readonly caseId: string; readonly userId: string; readonly groups: readonly string[] }[];
  readonly claims: readonly SeatClaim[];
  readonly queue: readonly SeatClaim[];
  readonly numbers: readonly NumberClaim[];
}

/** A number promised to a case, or pooled by a leaver who may still come back. */
export interface NumberClaim {
  readonly caseId: string;
  readonly number: string;
  readonly withheld: boolean;
}

export const emptyCompany: CompanyState = { adminExits: [], leaving: [], operatorExits: [], claims: [], queue: [], numbers: [] };

export const evolveCompany = (state: CompanyState, event: CompanyEvent): CompanyState => {
  const { caseId } = event.data;
  const others = <T extends { readonly caseId: string }>(list: readonly T[]): readonly T[] => list.filter((each) => each.caseId !== caseId);
  const otherSeats = (list: readonly SeatClaim[], seat: string | undefined): readonly SeatClaim[] =>
    list.filter((each) => each.caseId !== caseId || (seat !== undefined && each.seat !== seat));

  switch (event.type) {
    case 'AdminExitClaimed':
      return { ...state, adminExits: [...others(state.adminExits), event.data] };
    case 'AdminExitReleased':
      return { ...state, adminExits: others(state.adminExits) };
    case 'LeaverAnnounced':
      return { ...state, leaving: [...others(state.leaving), event.data] };
    case 'LeaverWithdrawn':
      return { ...state, leaving: others(state.leaving), operatorExits: others(state.operatorExits) };
    case 'OperatorExitsClaimed':
      return { ...state, operatorExits: [...others(state.operatorExits), event.data] };
    case 'SeatQueued':
      return {
        ...state,
        queue: event.data.first ? [event.data, ...otherSeats(state.queue, event.data.seat)] : [...otherSeats(state.queue, event.data.seat), event.data],
      };
    case 'SeatClaimed':
      return {
        ...state,
        queue: otherSeats(state.queue, event.data.seat),
        claims: [...otherSeats(state.claims, event.data.seat), event.data],
      };
    case 'SeatTaken':
      return { ...state, claims: otherSeats(state.claims, event.data.seat) };
    case 'SeatReturned':
      return { ...state, queue: others(state.queue), claims: others(state.claims) };
    case 'NumberClaimed':
      return { ...state, numbers: [...state.numbers, { ...event.data, withheld: false }] };
    case 'NumberWithheld':
      return { ...state, numbers: [...state.numbers, { ...event.data, withheld: true }] };
    case 'NumbersFreed':
      return { ...state, numbers: others(state.numbers) };
    default:
      return unreachable(event);
  }
};

export type CompanyCommand =
  /** `otherAdmins`: active Company Admins as Dialpad just said, without this one. */
  | { readonly type: 'claimAdminExit'; readonly caseId: string; readonly userId: string; readonly otherAdmins: readonly string[] }
  | { readonly type: 'releaseAdminExit'; readonly caseId: string }
  /** A leaver is planned: others who plan see it. */
  | { readonly type: 'announceLeaver'; readonly caseId: string; readonly userId: string }
  | { readonly type: 'withdrawLeaver'; readonly caseId: string }
  /** `staying`: who else can be rung in each group, as Dialpad just said, with whoever steps in. */
  | {
      readonly type: 'claimOperatorExits';
      readonly caseId: string;
      readonly userId: string;
      readonly groups: readonly { readonly group: string; readonly staying: readonly string[] }[];
    }
  /** `free`: the office's counter as Dialpad just said. `first`: a rescind goes before everybody who waits. */
  | {
      readonly type: 'claimSeat';
      readonly caseId: string;
      readonly officeId: string;
      readonly seat: string;
      readonly free: number;
      readonly first: boolean;
      readonly count?: number;
    }
  /** Dialpad's own counter shows it from here; without a seat: all that the case has claimed. */
  | { readonly type: 'takeSeat'; readonly caseId: string; readonly seat?: string }
  | { readonly type: 'returnSeat'; readonly caseId: string }
  /** The first of the candidates that nobody else was promised. `meantFrom`: the leaver whose numbers HR means for this case. */
  | { readonly type: 'claimNumber'; readonly caseId: string; readonly candidates: readonly string[]; readonly meantFrom?: string }
  | { readonly type: 'withholdNumber'; readonly caseId: string; readonly number: string }
  | { readonly type: 'freeNumbers'; readonly caseId: string };

export const decideCompany = (command: CompanyCommand, state: CompanyState): Decided<CompanyEvent> => {
  switch (command.type) {
    case 'claimAdminExit':
      return claimAdminExit(command, state);
    case 'releaseAdminExit':
      return has(state.adminExits, command.caseId) ? happened({ type: 'AdminExitReleased', data: { caseId: command.caseId } }) : nothingNew;
    case 'announceLeaver': {
      const { caseId, userId } = command;
      const known = state.leaving.some((each) => each.caseId === caseId && each.userId === userId);
      return known ? nothingNew : happened({ type: 'LeaverAnnounced', data: { caseId, userId } });
    }
    case 'withdrawLeaver':
      return has([...state.leaving, ...state.operatorExits], command.caseId)
        ? happened({ type: 'LeaverWithdrawn', data: { caseId: command.caseId } })
        : nothingNew;
    case 'claimOperatorExits':
      return claimOperatorExits(command, state);
    case 'claimSeat':
      return claimSeat(command, state);
    case 'takeSeat':
      return takeSeat(command, state);
    case 'returnSeat':
      return has([...state.claims, ...state.queue], command.caseId) ? happened({ type: 'SeatReturned', data: { caseId: command.caseId } }) : nothingNew;
    case 'claimNumber':
      return claimNumber(command, state);
    case 'withholdNumber': {
      const { caseId, number } = command;
      const known = state.numbers.some((each) => each.caseId === caseId && each.number === number);
      return known ? nothingNew : happened({ type: 'NumberWithheld', data: { caseId, number } });
    }
    case 'freeNumbers':
      return has(state.numbers, command.caseId) ? happened({ type: 'NumbersFreed', data: { caseId: command.caseId } }) : nothingNew;
    default:
      return unreachable(command);
  }
};

const has = (list: readonly { readonly caseId: string }[], caseId: string): boolean => list.some((each) => each.caseId === caseId);

/** Two admins who leave in the same minute must not both pass: each sees the other's claim. */
const claimAdminExit = (command: Extract<CompanyCommand, { type: 'claimAdminExit' }>, state: CompanyState): Decided<CompanyEvent> => {
  const leaving = new Set(state.adminExits.filter((each) => each.caseId !== command.caseId).map((each) => each.userId));
  const staying = command.otherAdmins.filter((id) => id !== command.userId && !leaving.has(id));
  if (staying.length === 0) {
    return { events: [], refusal: { code: 'leaver.last_company_admin', message: 'nobody else would be an active Company Admin' } };
  }

  return has(state.adminExits, command.caseId) ? nothingNew : happened({ type: 'AdminExitClaimed', data: { caseId: command.caseId, userId: command.userId } });
};

const takeSeat = ({ caseId, seat }: Extract<CompanyCommand, { type: 'takeSeat' }>, state: CompanyState): Decided<CompanyEvent> =>
  state.claims.some((each) => each.caseId === caseId && (seat === undefined || each.seat === seat))
    ? happened({ type: 'SeatTaken', data: { caseId, ...(seat === undefined ? {} : { seat }) } })
    : nothingNew;

const sumOf = (claims: readonly SeatClaim[]): number => claims.reduce((sum, each) => sum + (each.count ?? 1), 0);
/** Two last operators of a group who leave in the same minute must not both pass: each sees the other's claim. */
const claimOperatorExits = (command: Extract<CompanyCommand, { type: 'claimOperatorExits' }>, state: CompanyState): Decided<CompanyEvent> => {
  const { caseId, userId, groups } = command;
  const leaves = (group: string, user: string): boolean =>
    state.operatorExits.some((each) => each.caseId !== caseId && each.userId === user && each.groups.includes(group));
  const silent = groups.find(({ group, staying }) => !staying.some((user) => user !== userId && !leaves(group, user)));
  if (silent)
    return { events: [], refusal: { code: 'group.last_operator', message: `${silent.group} would ring nobody: everybody else there leaves as well` } };

  const mine = groups.map(({ group }) => group);
  const known = state.operatorExits.find((each) => each.caseId === caseId);
  return mine.length === 0 || (known && mine.every((group) => known.groups.includes(group)))
    ? nothingNew
    : happened({ type: 'OperatorExitsClaimed', data: { caseId, userId, groups: mine } });
};

const claimSeat = (command: Extract<CompanyCommand, { type: 'claimSeat' }>, state: CompanyState): Decided<CompanyEvent> => {
  const { caseId, officeId, seat, free, first, count = 1 } = command;
  const same = (each: SeatClaim): boolean => each.officeId === officeId && each.seat === seat;
  if (state.claims.some((each) => each.caseId === caseId && same(each))) return nothingNew;
  const line = state.queue.filter(same);
  const mine = line.findIndex((each) => each.caseId === caseId);
  const ahead = first ? [] : line.slice(0, mine >= 0 ? mine : line.length);
  const left = free - sumOf(state.claims.filter(same)) - sumOf(ahead);
  const many = count === 1 ? {} : { count };

  if (left >= count) return happened({ type: 'SeatClaimed', data: { caseId, officeId, seat, ...many } });
  const refusal = { code: 'seat.none', message: `no free ${seat} seat in the office` };

  return { events: mine === 0 || (mine > 0 && !first) ? [] : [{ type: 'SeatQueued', data: { caseId, officeId, seat, first, ...many } }], refusal };
};

const claimNumber = (command: Extract<CompanyCommand, { type: 'claimNumber' }>, state: CompanyState): Decided<CompanyEvent> => {
  const { caseId, candidates, meantFrom } = command;
  if (claimedNumber(state, caseId) !== null) return nothingNew;
  const taken = new Set(state.numbers.filter((each) => each.caseId !== caseId && !(each.withheld && each.caseId === meantFrom)).map((each) => each.number));
  const number = candidates.find((each) => !taken.has(each));

  return number === undefined
    ? { events: [], refusal: { code: 'number.none', message: 'no reserved number is free' } }
    : happened({ type: 'NumberClaimed', data: { caseId, number } });
};

export const claimedNumber = (state: CompanyState, caseId: string): string | null =>
  state.numbers.find((each) => each.caseId === caseId && !each.withheld)?.number ?? null;

/** Who is woken when a seat of an office comes free. */
export const nextInLine = (state: CompanyState, officeId: string, seat: string): string | null =>
  state.queue.find((each) => each.officeId === officeId && each.seat === seat)?.caseId ?? null;

/** What another case holds of this number. */
export const claimOnNumber = (state: CompanyState, number: string, exceptCaseId: string | null): NumberClaim | null =>
  state.numbers.find((each) => each.number === number && each.caseId !== exceptCaseId) ?? null;
