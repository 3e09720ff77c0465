import type { OpenCase } from '../case/state.ts';
import { stepOf } from '../case/state.ts';
import { hasBegun } from '../case/decide-plan.ts';
import { rescindRefusal } from '../case/decide-rescind.ts';
import type { JoinerTerms, LeaverTerms, MoverTerms } from '../case/terms.ts';
import { wanted, type Move, type Wanted } from './facts.ts';
import type { PersonCase, PersonState } from './person.ts';

/** What has to be asked of cases so that they follow HR. */
export type CaseAction =
  | { readonly type: 'openLeaver'; readonly factId: string; readonly terms: LeaverTerms; readonly office: string | null }
  | { readonly type: 'openJoiner'; readonly factId: string; readonly terms: JoinerTerms; readonly office: string | null }
  | { readonly type: 'openMover'; readonly factId: string; readonly terms: MoverTerms; readonly office: string | null }
  | { readonly type: 'changeTerms'; readonly caseId: string; readonly terms: LeaverTerms | JoinerTerms | MoverTerms; readonly office?: string | null }
  | { readonly type: 'rescind'; readonly caseId: string };

export interface Running {
  readonly leaver: { readonly caseId: string; readonly state: OpenCase } | null;
  readonly joiner: { readonly caseId: string; readonly state: OpenCase } | null;
  /** Open movers, the oldest first; several run one after the other. */
  readonly movers?: readonly { readonly caseId: string; readonly state: OpenCase }[];
}

/** Compares what HR wants with the cases that run, and says what is missing. Asking again says nothing new. */
export const follow = (person: PersonState, running: Running, now: string): readonly CaseAction[] => {
  const want = wanted(person.facts);
  return [...followLeave(person, running, want, now), ...followHire(person, running, want), ...followMoves(person, running, want)];
};

const openedBy = (person: PersonState, factId: string): boolean => person.cases.some((each) => each.factId === factId);

const followLeave = (person: PersonState, { leaver, joiner }: Running, { leave }: Wanted, now: string): readonly CaseAction[] => {
  if (!leave) return leaver && !leaver.state.rescinding && followsFacts(person, leaver.caseId) ? [{ type: 'rescind', caseId: leaver.caseId }] : [];
  const open: CaseAction = { type: 'openLeaver', ...leave };

  // Leaves before the first day: there is nothing to take away but the invitation.
  if (joiner && neverStarts(joiner.state, leave.terms)) return joiner.state.withdrawing ? [] : [{ type: 'rescind', caseId: joiner.caseId }];
  if (neverCame(person)) return [];
  if (!leaver || leaver.state.rescinding) return openedBy(person, leave.factId) ? [] : [open];

  const begunByThis = person.cases.find((each) => each.caseId === leaver.caseId)?.factId === leave.factId;
  const isLater = leaver.state.terms.kind === 'leaver' && Date.parse(leave.terms.cutOff) > Date.parse(leaver.state.terms.cutOff);
  const comesBackFirst = accessWasCut(leaver.state) && isLater && Date.parse(leave.terms.cutOff) > Date.parse(now);
  if (!comesBackFirst) return [{ type: 'changeTerms', caseId: leaver.caseId, terms: leave.terms }];

  // The person works on after access was cut: give it back, and begin anew for the new day.
  return [{ type: 'rescind', caseId: leaver.caseId }, begunByThis ? { ...open, factId: `${leave.factId}/${leave.terms.cutOff}` } : open];
};

const neverStarts = ({ acceptance, terms }: OpenCase, leave: LeaverTerms): boolean =>
  !acceptance?.accepted && terms.kind === 'joiner' && Date.parse(leave.cutOff) <= Date.parse(terms.startsAt);

const neverCame = (person: PersonState): boolean => {
  const last = person.cases[person.cases.length - 1];
  return last?.kind === 'joiner' && !last.open && (last.phase === 'cancelled' || last.phase === 'expired');
};

/** A case that was opened by hand is not undone because HR never said anything. */
const followsFacts = (person: PersonState, caseId: string): boolean => person.cases.find((each) => each.caseId === caseId)?.factId !== null;

const accessWasCut = (state: OpenCase): boolean => stepOf(state, 'suspend').begun;

const followHire = (person: PersonState, { leaver, joiner }: Running, { hire, leave }: Wanted): readonly CaseAction[] => {
  if (!hire || (leave && openedBy(person, hire.factId))) return [];
  if (joiner) return joiner.state.withdrawing ? [] : [{ type: 'changeTerms', caseId: joiner.caseId, terms: hire.terms, office: hire.office }];
  if (openedBy(person, hire.factId) || leave) return [];
  // A leaver who comes back before the line keeps the same user: taking the leaver case back is the whole joiner.
  if (leaver && (leaver.state.rescinding || rescindRefusal(leaver.state) === null)) return [];
  const employedAlready = person.cases.some((each) => each.kind === 'joiner' && each.phase === 'done') && !hire.again;

  return employedAlready || (hire.again && cameBack(person)) ? [] : [{ type: 'openJoiner', factId: hire.factId, terms: hire.terms, office: hire.office }];
};

/**
 * One case per change; they are carried out one after the other. Who leaves is not moved any more. A case that waits
 * follows what HR says later: what is overtaken is taken out of it, and if nothing is left, it is taken back. What HR
 * took back and means again gets a case of its own.
 */
const followMoves = (person: PersonState, { leaver, movers = [] }: Running, { moves, leave, office }: Wanted): readonly CaseAction[] => {
  const leaves = leave !== null || (leaver !== null && !leaver.state.rescinding);
  const waiting = movers.filter(({ caseId, state }) => !state.rescinding && !hasBegun(state) && followsFacts(person, caseId));
  const moveOf = (caseId: string): Move | undefined =>
    leaves ? undefined : moves.find((move) => person.cases.some((each) => each.caseId === caseId && isOf(each, move.factId)));
  const follows = waiting.map(({ caseId }): CaseAction => {
    const move = moveOf(caseId);
    return move ? { type: 'changeTerms', caseId, terms: move.terms } : { type: 'rescind', caseId };
  });
  if (leaves) return follows;

  const takenBack = (each: PersonCase): boolean =>
    each.byFact === true || movers.some(({ caseId, state }) => caseId === each.caseId && state.rescinding && state.rescindedByFact);
  const opened = moves.flatMap(({ factId, terms }): readonly CaseAction[] => {
    const cases = person.cases.filter((each) => isOf(each, factId));
    if (cases.some((each) => !takenBack(each))) return [];
    const again = cases.length === 0 ? '' : `/${cases.length}`;
    return [{ type: 'openMover', factId: `${factId}${again}`, terms, office: terms.office ?? office }];
  });

  return [...follows, ...opened];
};

/** A fact may open its case anew: the later ones carry a count. */
const isOf = (each: PersonCase, factId: string): boolean => each.kind === 'mover' && (each.factId === factId || each.factId?.startsWith(`${factId}/`) === true);

/** The last thing that happened to the person's employment was a leaver taken back. */
const cameBack = (person: PersonState): boolean => {
  const last = person.cases[person.cases.length - 1];
  return last?.kind === 'leaver' && (last.phase === 'rescinded' || last.phase === 'cancelled');
};
