import type { Decided } from '../kernel.ts';
import { decide, type CaseCommand } from '../case/decide.ts';
import type { CaseEvent } from '../case/events.ts';
import { fold } from '../case/evolve.ts';
import type { OpenCase } from '../case/state.ts';

/** given(what happened).when(somebody asks) gives what the rules decided. */
export const given = (...history: readonly CaseEvent[]) => ({
  when: (command: CaseCommand): Decided<CaseEvent> => decide(command, fold(history)),
  state: (): OpenCase => {
    const state = fold(history);
    if (state.status === 'none') throw new Error('the history opens no case');
    return state;
  },
  and: (...more: readonly CaseEvent[]) => given(...history, ...more),
  /** Plays commands one after the other and goes on from where they lead. */
  then: (...commands: readonly CaseCommand[]) =>
    given(...commands.reduce<readonly CaseEvent[]>((events, command) => [...events, ...decide(command, fold(events)).events], history)),
});

export const types = (decided: Decided<CaseEvent>): string[] => decided.events.map((event) => event.type);
