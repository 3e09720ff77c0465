import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from './processes.ts';
import type { RunRecord } from './run-record.ts';

export interface Part {
  readonly name: string;
  readonly start: () => Promise<Running>;
}

/** Pauses before a part is started again, in ms; the last one repeats. A part that lived for a minute begins anew. */
const PAUSES = [500, 1_000, 2_000, 4_000, 8_000];
const CALM_MS = 60_000;

/** Keeps parts running: each that dies is started again and said so; stopped in the reverse order of their start. */
export class Supervisor {
  readonly #running = new Map<string, Running>();
  readonly #watches: Promise<void>[] = [];
  #stopping = false;

  constructor(
    private readonly record: RunRecord,
    private readonly say: (line: string) => void,
    private readonly pauses: readonly number[] = PAUSES,
  ) {}

  async start(part: Part): Promise<void> {
    const running = await part.start().catch((error: unknown) => {
      throw new Error(`${part.name} ${error instanceof Error ? error.message : String(error)}`);
    });
    this.#noted(part, running);
    this.#watches.push(this.#watch(part, running));
  }

  pids(): Record<string, number> {
    return Object.fromEntries([...this.#running].map(([name, running]) => [name, running.pid]));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const [, running] of [...this.#running].reverse()) await running.stop().catch((error: unknown) => this.say(String(error)));
    await Promise.race([Promise.all(this.#watches), sleep(1_000, undefined, { ref: false })]);
  }

  #noted(part: Part, running: Running): void {
    this.#running.set(part.name, running);
    this.record.set(part.name, running.pid);
  }

  async #watch(part: Part, first: Running): Promise<void> {
    let running = first;
    let since = Date.now();
    for (let deaths = 0; ;) {
      const words = await running.exited;
      if (this.#stopping) return;
      deaths = Date.now() - since > CALM_MS ? 0 : deaths + 1;
      const pause = this.pauses[Math.max(0, Math.min(deaths, this.pauses.length) - 1)] ?? 500;
      this.say(`${part.name} ${words}; starting it again in ${pause / 1000} s`);
      await sleep(pause, undefined, { ref: false });
      const next = await this.#again(part);
      if (next === null) return;
      running = next;
      since = Date.now();
      this.#noted(part, running);
      this.say(`${part.name} runs again (pid ${running.pid})`);
      this.onRestart();
    }
  }

  /** Called after a part came back, with new pids. */
  onRestart: () => void = () => undefined;

  async #again(part: Part): Promise<Running | null> {
    for (let tries = 0; !this.#stopping; tries += 1) {
      try {
        const running = await part.start();
        if (!this.#stopping) return running;
        await running.stop();
      } catch (error) {
        this.say(`${part.name} could not be started again: ${error instanceof Error ? error.message : String(error)}`);
        await sleep(this.pauses[Math.min(tries, this.pauses.length - 1)], undefined, { ref: false });
      }
    }
    return null;
  }
}
