import type { CallEnd } from './call-graph.ts';
import type { CallPaths, CallProblem, CallReport } from './compare.ts';

const ENDS: Readonly<Record<CallEnd['end'], string>> = {
  answered: 'is answered',
  recorded: 'goes to voicemail',
  automatic: 'ends at an announcement or an assistant',
  elsewhere: 'leaves for a contact or a team',
  off: 'meets a line that is switched off',
  unassigned: 'has no line any more: the number is in the pool',
  'dead-end': 'ends nowhere',
  loop: 'goes round in a circle',
};

type Names = NonNullable<CallReport['names']>;

const named = (key: string, names: Names): string => (names[key] ? `${key.slice(0, key.indexOf(':'))} "${names[key]}"` : key.replace(':', ' '));

/** `department "Sales" > key 1 > user 123: is answered`. Names of lines, ids of people. */
export const endInWords = ({ path, end }: CallEnd, names: Names = {}): string => `${path.map((key) => named(key, names)).join(' > ')}: ${ENDS[end]}`;

export interface PathInWords {
  readonly from: string;
  readonly hours: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export const pathsInWords = ({ paths, names = {} }: CallReport): readonly PathInWords[] =>
  paths.map(({ from, hours, before, after }: CallPaths) => ({
    from: named(from, names),
    hours: hours === 'open' ? 'in hours' : 'out of hours',
    before: before.map((end) => endInWords(end, names)),
    after: after.map((end) => endInWords(end, names)),
  }));

const WHAT: Readonly<Record<CallProblem['what'], string>> = {
  'no-operators': 'would ring nobody',
  'dead-end': 'would end nowhere',
  loop: 'would go round in a circle',
  'only-leaver': 'is answered by the leaver only, and would be answered by nobody',
};

/** One problem with its way; ids only, so that it may travel anywhere. `numbers` are named by the step that moves them. */
export const problemInWords = ({ line, hours, what, path }: CallProblem, stepOfNumber: (number: string) => string = () => 'number'): string => {
  const plain = (key: string): string => (key.startsWith('number:') ? stepOfNumber(key.slice('number:'.length)) : key);
  return `${plain(line)} (${hours}) ${WHAT[what]}: ${path.map(plain).join(' > ')}`;
};
