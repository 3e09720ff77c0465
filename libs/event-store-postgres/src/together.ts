interface Waiting<Q, A> {
  readonly ask: Q;
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
}

export interface TogetherOptions<Q, A> {
  /** Answers each ask of a batch by itself, in their order; when it rejects, every caller of the batch hears that. */
  readonly carry: (asks: readonly Q[]) => Promise<readonly A[]>;
  /** What an ask has to itself while it is on its way: two that share one are never in two batches at once. */
  readonly keysOf?: (ask: Q) => readonly string[];
}

/** Batches on their way at once: while one is flushed to disk the next is written. More only wait for each other. */
const LANES = 2;
/** From so many on, what waits is shared among the lanes that are free; fewer are cheaper as one than faster as two. */
const SHARED_FROM = 8;
/** Asks in a batch: enough to share a flush, and few enough to be answered soon. */
const MOST = 64;

/**
 * What is asked for at the same time shares one round trip, and for commits one flush to disk. Nobody waits for company: who
 * comes alone goes at once, and what comes while both lanes are taken goes with the next batch.
 */
export class Together<Q, A> {
  #waiting: Waiting<Q, A>[] = [];
  readonly #busy = new Set<string>();
  readonly #keysOf: (ask: Q) => readonly string[];
  #lanes = LANES;
  #isDue = false;

  constructor(private readonly options: TogetherOptions<Q, A>) {
    this.#keysOf = options.keysOf ?? (() => []);
  }

  ask(ask: Q): Promise<A> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ask, resolve, reject });
      this.#soon();
    });
  }

  /** After what else this turn of the event loop brings: callers that a batch has answered ask again at the same time. */
  #soon(): void {
    if (this.#isDue || this.#lanes === 0) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#go();
    });
  }

  #go(): void {
    while (this.#lanes > 0) {
      const waits = this.#waiting.length;
      const share = waits < SHARED_FROM ? waits : Math.ceil(waits / this.#lanes);
      const batch = this.#take(Math.min(MOST, share));
      if (batch.length === 0) return;
      this.#lanes -= 1;
      void this.#carry(batch);
    }
  }

  /** In the order they came, but not past one that waits for the same key: it came first. */
  #take(most: number): readonly Waiting<Q, A>[] {
    const batch: Waiting<Q, A>[] = [];
    const left: Waiting<Q, A>[] = [];
    const held = new Set<string>();
    for (const each of this.#waiting) {
      const keys = this.#keysOf(each.ask);
      const isFree = batch.length < most && !keys.some((key) => this.#busy.has(key) || held.has(key));
      if (!isFree) for (const key of keys) held.add(key);
      (isFree ? batch : left).push(each);
    }
    this.#waiting = left;
    for (const { ask } of batch) for (const key of this.#keysOf(ask)) this.#busy.add(key);

    return batch;
  }

  async #carry(batch: readonly Waiting<Q, A>[]): Promise<void> {
    try {
      const answers = await this.options.carry(batch.map(({ ask }) => ask));
      if (answers.length !== batch.length) throw new Error(`${answers.length} answers to ${batch.length} asks`);
      batch.forEach(({ resolve }, index) => resolve(answers[index] as A));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      for (const { ask } of batch) for (const key of this.#keysOf(ask)) this.#busy.delete(key);
      this.#lanes += 1;
      this.#soon();
    }
  }
}
