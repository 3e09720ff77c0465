/** One measurement beside its baseline, both of the same run. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly params: Readonly<Record<string, number | string>>;
  readonly ours: number;
  readonly baseline: number;
  readonly baselineName: string;
  /** ours / baseline */
  readonly ratio: number;
  readonly goal: string;
}

export const rowOf = (row: Omit<Row, 'ratio' | 'ours' | 'baseline'> & { readonly ours: number; readonly baseline: number }): Row => ({
  ...row,
  ours: round(row.ours),
  baseline: round(row.baseline),
  ratio: round(row.ours / row.baseline),
});

const round = (value: number): number => Math.round(value * 100) / 100;

/** Runs `work` `total` times, `width` at a time; what it took, in seconds. */
export const inParallel = async (total: number, width: number, work: (index: number) => Promise<void>): Promise<number> => {
  let next = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let index = next++; index < total; index = next++) await work(index);
    }),
  );
  return (performance.now() - begun) / 1000;
};
