import {
  claimedNumber,
  decideCompany,
  emptyCompany,
  evolveCompany,
  nextInLine,
  type CompanyCommand,
  type CompanyEvent,
  type CompanyState,
} from '@handover/case';
import type { Append, EventStore } from '@handover/event-store';
import type { By } from './by.ts';
import { appendOf, commitAll, foldStream, retryingConflicts, type Folded } from './stream.ts';

const STREAM = 'company';
const decider = { initial: emptyCompany, evolve: evolveCompany };

/** Claims on what a company has only one of. The fold is kept and only continued, because the stream is read for every claim. */
export class Company {
  private seen: Folded<CompanyState> = { state: emptyCompany, version: 0 };

  constructor(private readonly store: EventStore) {}

  async state(): Promise<CompanyState> {
    return (await this.load()).state;
  }

  async execute(command: CompanyCommand, by: By): Promise<{ state: CompanyState; refusal: { code: string; message: string } | null }> {
    return retryingConflicts(async () => {
      const { append, state, refusal } = await this.prepare(command, by);
      await commitAll(this.store, [append], {});

      return { state, refusal };
    });
  }

  /** Decides without writing, for a claim that is part of a greater transaction. */
  async prepare(command: CompanyCommand, by: By): Promise<{ append: Append; state: CompanyState; refusal: { code: string; message: string } | null }> {
    const { state, version } = await this.load();
    const decided = decideCompany(command, state);
    const append = appendOf({
      stream: STREAM,
      expected: version,
      decided: { events: decided.events },
      by: { ...by, commandId: `${by.commandId}/v${version}` },
      caseId: command.caseId,
    });

    return { append, state: decided.events.reduce(evolveCompany, state), refusal: decided.refusal ?? null };
  }

  async nextInLine(officeId: string, seat: string): Promise<string | null> {
    return nextInLine(await this.state(), officeId, seat);
  }

  async numberOf(caseId: string): Promise<string | null> {
    return claimedNumber(await this.state(), caseId);
  }

  private async load(): Promise<Folded<CompanyState>> {
    const from = this.seen;
    const events = await this.store.read(STREAM, from.version);
    const now = foldStream<CompanyState, CompanyEvent>(decider, events, from);
    if (now.version > this.seen.version) this.seen = now;

    return now;
  }
}
