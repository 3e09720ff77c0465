import { fieldsIn, listIn, textIn, textsIn, type ReadableEvent } from './event.ts';

export interface CallPathTold {
  readonly from: string;
  readonly hours: string;
  /** Ways as `department:1 > user:2`, with how they end. */
  readonly before: readonly string[];
  readonly planned: readonly string[];
  readonly after: readonly string[] | null;
}

/** Where calls ended before the case, where they were meant to, and where they did afterwards. */
export interface CallsTold {
  readonly readAt: string | null;
  readonly verifiedAt: string | null;
  readonly paths: readonly CallPathTold[];
  readonly stillRings: readonly string[];
  readonly leadsToLeaver: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

const waysIn = (fields: Fields, name: string): readonly string[] =>
  listIn(fields, name).map((end) => `${textsIn(end, 'path').join(' > ')}${textIn(end, 'end') ? ` (${textIn(end, 'end')})` : ''}`);

export const callsOf = (events: readonly ReadableEvent[]): CallsTold | null => {
  const evidence = events
    .filter((event) => event.type === 'StepVerified' || event.type === 'StepContradicted' || event.type === 'StepDoneByHand')
    .map((event) => ({ at: event.at, step: textIn(event.data, 'step'), said: fieldsIn(event.data, 'evidence') ?? {} }));
  const read = evidence.find(({ said }) => fieldsIn(said, 'calls') !== null);
  const verified = [...evidence].reverse().find(({ step, said }) => step === 'calls' && Array.isArray(said['now']));
  if (!read && !verified) return null;
  const now = verified ? listIn(verified.said, 'now') : null;
  const planned = listIn(fieldsIn(read?.said ?? {}, 'calls') ?? {}, 'paths');

  return {
    readAt: read?.at ?? null,
    verifiedAt: verified?.at ?? null,
    paths: (planned.length > 0 ? planned : (now ?? [])).map((path) => {
      const [from, hours] = [textIn(path, 'from') ?? '', textIn(path, 'hours') ?? ''];
      const after = now?.find((each) => textIn(each, 'from') === from && textIn(each, 'hours') === hours);
      return { from, hours, before: waysIn(path, 'before'), planned: waysIn(path, 'after'), after: after ? waysIn(after, 'ends') : null };
    }),
    stillRings: textsIn(verified?.said ?? {}, 'stillRings'),
    leadsToLeaver: textsIn(verified?.said ?? {}, 'leadsToLeaver'),
  };
};
