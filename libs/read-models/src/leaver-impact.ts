import { pathsInWords, problemInWords, type CallReport, type Impact, type JsonObject, type PersonalImpact } from '@handover/case';
import type { LeaverImpact } from '@handover/contracts';
import type { StoredEvent } from '@handover/event-store';

/** What hangs on a leaver, as read before the plan; null for other cases, and before there is a plan. */
export const impactIn = (events: readonly StoredEvent[], mayName: boolean): LeaverImpact | null => {
  const link = [...events].reverse().find((event) => READ.includes(event.type) && event.data['step'] === 'link');
  const evidence = link?.data['evidence'] as JsonObject | undefined;
  const impact = evidence?.['impact'] as unknown as Impact | undefined;
  if (impact === undefined) return null;
  const sealed = link?.personal && 'data' in link.personal ? (link.personal.data as JsonObject)['impact'] : undefined;

  return impactShown(
    impact,
    (evidence?.['calls'] ?? { paths: [], problems: [] }) as unknown as CallReport,
    mayName && sealed ? (sealed as unknown as PersonalImpact) : null,
  );
};

const READ = ['StepVerified', 'StepDoneByHand'];

/** The calls in words, with the names of lines and the ids of people. */
export const impactShown = (impact: Impact, calls: CallReport, personal: PersonalImpact | null): LeaverImpact =>
  JSON.parse(
    JSON.stringify({
      ...impact,
      calls: {
        paths: pathsInWords(calls),
        problems: calls.problems.map((problem) => ({ ...problem, words: problemInWords(problem, (number) => number) })),
        brokenAlready: (calls.already ?? []).map((problem) => problemInWords(problem, (number) => number)),
      },
      personal,
    }),
  ) as LeaverImpact;
