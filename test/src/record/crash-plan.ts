/** What a process of the crash test is to do. */
export interface Part {
  readonly url: string;
  readonly writer?: number;
  readonly loops?: number;
  /** PEM; of the one who seals. */
  readonly key?: string;
}

export const PER_COMMIT = 3;
export const streamOf = (writer: number, loop: number): string => `crash/${writer}-${loop}`;
/** Written in the same commits, one event for three. */
export const pairOf = (writer: number, loop: number): string => `pair/${writer}-${loop}`;
export const caseOf = (writer: number, loop: number): string => `00000000-0000-4000-8000-00000000${writer}00${loop}`;
