import {
  decide,
  evolve,
  noCase,
  takesHoldAt,
  viewOf,
  type CaseCommand,
  type CaseEvent,
  type CaseState,
  type CaseView,
  type Decided,
  type OpenCase,
  type PersonState,
} from '@handover/case';
import type { Append, EventStore, OutboxMessage, SideWrites } from '@handover/event-store';
import type { By } from './by.ts';
import { appendOf, commitAll, domainEventOf, foldStream, retryingConflicts, type Folded } from './stream.ts';

export const caseStream = (caseId: string): string => `case/${caseId}`;

export interface Executed {
  readonly view: CaseView;
  readonly state: OpenCase;
  readonly events: readonly CaseEvent[];
  /** The rules said no; the stream says so too. */
  readonly refusal: { readonly code: string; readonly message: string } | null;
}

/** A case's events and what they add up to. */
export interface LoadedCase {
  readonly caseId: string;
  readonly state: OpenCase;
  readonly version: number;
  readonly openedAt: string;
}

/** What one decision appends and tells, for callers that put several decisions into one transaction. */
export interface Prepared {
  readonly append: Append;
  readonly outbox: readonly OutboxMessage[];
  readonly state: CaseState;
  /** Null: there is no case. */
  readonly view: CaseView | null;
  readonly decided: Decided<CaseEvent>;
}

const decider = { initial: noCase, evolve };

/** The one lock at which people, machines and timers meet: a case's stream at an expected version. */
export class Cases {
  constructor(private readonly store: EventStore) {}

  async load(caseId: string): Promise<LoadedCase | null> {
    const events = await this.store.read(caseStream(caseId));
    const { state, version } = foldStream<CaseState, CaseEvent>(decider, events);

    return state.status === 'none' ? null : { caseId, state, version, openedAt: events[0]?.recordedAt ?? '' };
  }

  /** Those of a person, in the order they were opened, as they are at this moment. */
  async ofPerson({ cases }: Pick<PersonState, 'cases'>): Promise<readonly LoadedCase[]> {
    const loaded = await Promise.all(cases.map(({ caseId }) => this.load(caseId)));
    return loaded.filter((each) => each !== null);
  }

  async view(caseId: string): Promise<CaseView | null> {
    const loaded = await this.load(caseId);
    return loaded && viewOf(loaded.state, loaded.version);
  }

  /** @throws RuleViolation what cannot be asked at all; a refusal of something that can be asked is returned. */
  async execute(
    caseId: string,
    command: CaseCommand | readonly CaseCommand[],
    by: By,
    side: Omit<SideWrites, 'outbox'> & { readonly also?: readonly Append[] } = {},
  ): Promise<Executed> {
    // Whoever opens a case says that there is none: the append at version 0 finds out, and only a repetition has to read.
    const [first] = Array.isArray(command) ? (command as readonly CaseCommand[]) : [command as CaseCommand];
    let unread = first?.type === 'open';

    return retryingConflicts(async (): Promise<Executed> => {
      const loaded = unread ? null : await this.load(caseId);
      const isFirst = unread;
      unread = false;
      const prepared = this.prepare(caseId, loaded, command, by);
      const { also = [], ...rest } = side;
      const committed = await commitAll(this.store, [prepared.append, ...(prepared.append.events.length > 0 ? also : [])], {
        ...rest,
        outbox: prepared.outbox,
      });

      return isFirst && committed?.already ? this.execute(caseId, [], by) : executed(prepared);
    });
  }

  /** Decides without writing. */
  prepare(caseId: string, loaded: Pick<LoadedCase, 'state' | 'version'> | null, command: CaseCommand | readonly CaseCommand[], by: By): Prepared {
    const before: Folded<CaseState> = loaded ?? { state: noCase, version: 0 };
    const { decided, state } = decideAll(Array.isArray(command) ? command : [command as CaseCommand], before.state);
    // Where a case has no person its free text is sealed under a key of the case's own.
    const sealedFor = state.status === 'none' ? undefined : (state.personRef ?? caseStream(caseId));
    const append = appendOf({
      stream: caseStream(caseId),
      expected: before.version,
      decided,
      by,
      caseId,
      ...(sealedFor ? { personRef: sealedFor } : {}),
      ...effectiveIn(command),
    });
    const version = before.version + append.events.length;
    const open = state.status === 'none' ? null : state;
    const view = open && viewOf(open, version);

    return {
      append,
      state,
      view,
      decided,
      outbox: open === null || append.events.length === 0 || by.fromWorkflow ? [] : [{ caseId, kind: before.version === 0 ? 'start' : 'signal' }],
    };
  }

  /** The events of a case, oldest first, as the rules know them. */
  async events(caseId: string): Promise<readonly CaseEvent[]> {
    return (await this.store.read(caseStream(caseId))).map((event) => domainEventOf<CaseEvent>(event));
  }
}

/** When what HR says takes hold, which is seldom when it is recorded. */
const effectiveIn = (command: CaseCommand | readonly CaseCommand[]): { effectiveAt?: string } => {
  for (const each of Array.isArray(command) ? (command as readonly CaseCommand[]) : [command as CaseCommand]) {
    const at = each.type === 'open' ? takesHoldAt(each.open.terms) : each.type === 'changeTerms' ? takesHoldAt(each.terms) : null;
    if (at !== null) return { effectiveAt: at };
  }
  return {};
};

/** Several commands as one: each sees what the one before decided; the first refusal ends it. */
const decideAll = (commands: readonly CaseCommand[], before: CaseState): { decided: Decided<CaseEvent>; state: CaseState } =>
  commands.reduce<{ decided: Decided<CaseEvent>; state: CaseState }>(
    (so, command) => {
      if (so.decided.refusal) return so;
      const next = decide(command, so.state);
      return { decided: { ...next, events: [...so.decided.events, ...next.events] }, state: next.events.reduce(evolve, so.state) };
    },
    { decided: { events: [] }, state: before },
  );

const executed = ({ state, view, decided }: Prepared): Executed => {
  if (state.status === 'none' || !view) throw new Error('a case was decided on that does not exist');
  return { state, view, events: decided.events, refusal: decided.refusal ?? null };
};
