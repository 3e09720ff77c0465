import type { JsonObject, OpenCase, Outcome, PlannedStep, Policy, StepState } from '@handover/case';
import type { By, Cases, Company, KeptBodies, Persons } from '@handover/case-service';
import type { Dialpad, DialpadUser } from '@handover/connector-dialpad';
import type { OtherCases } from '@handover/planning';
import type { EventStore } from '@handover/event-store';

export interface DialpadActivityDeps {
  readonly dialpad: Dialpad;
  readonly store: EventStore;
  readonly cases: Cases;
  readonly persons: Persons;
  readonly company: Company;
  readonly policy: Policy;
  /** The person we know a Dialpad user as, and the key under which that is kept. */
  readonly ownerOf?: (userId: string) => Promise<string | null>;
  readonly userIndex?: (userId: string) => Promise<string>;
  /** What arrived about persons and is kept without a reference to them. */
  readonly bodies: KeptBodies;
  readonly others: OtherCases;
  /** ISO instant. */
  readonly now: () => string;
  /** Whoever the record says had the number last, where that was a person. */
  readonly lastPersonOf: (number: string) => Promise<string | null>;
  /** Cases with a task that waits for a person. */
  readonly withOpenTasks: () => Promise<readonly string[]>;
  /** Cases whose invitation nobody has accepted yet. */
  readonly awaitingAcceptance: () => Promise<readonly string[]>;
}

/** What a step knows while it runs. */
export interface StepContext {
  readonly deps: DialpadActivityDeps;
  readonly caseId: string;
  readonly state: OpenCase;
  readonly step: PlannedStep;
  readonly at: StepState;
  readonly by: By;
  /** An earlier attempt, or an earlier round, has begun: what it wrote may not show yet. */
  readonly repeated: boolean;
  /** The before-image of a step's first start, and what was sealed with it or sealed anew since. */
  readonly imageOf: (stepId: string) => Promise<{ readonly before: JsonObject; readonly personal: JsonObject }>;
  /** What another step's read-back saw; empty before that. */
  readonly evidenceOf: (stepId: string) => Promise<JsonObject>;
  /** ISO instant at which the step was first started. */
  readonly startedAt: (stepId?: string) => Promise<string>;
}

/** One independent look at Dialpad: is the promise kept, and what was seen. */
export interface Reading {
  readonly holds: boolean;
  readonly evidence: JsonObject;
  readonly detail?: string;
  readonly personal?: JsonObject;
  readonly userId?: string;
  readonly finding?: string;
}

export interface StepDefinition {
  /** What an undo will need: read before the first write. Public values and private ones apart. */
  readonly image?: (context: StepContext) => Promise<{ readonly before?: JsonObject; readonly personal?: JsonObject }>;
  /** Sealed anew where a later round begins; undefined: what was sealed before holds. The public part is never read again. */
  readonly reseal?: (context: StepContext) => Promise<JsonObject | undefined>;
  /** Makes the promise true; safe to repeat. `again`: not possible yet, ask later. */
  readonly keep: (context: StepContext) => Promise<void | 'again'>;
  /** Reads back, by another call than the one that wrote. */
  readonly read: (context: StepContext) => Promise<Reading>;
  /** False for checks and claims, which have nothing to read before. */
  readonly readFirst?: boolean;
}

/** A step that a person has to look at, with the reason as a code and in words that name nobody. */
export class Blocked extends Error {
  constructor(
    readonly code: string,
    readonly detail: string,
    readonly personal?: JsonObject,
  ) {
    super(detail);
  }
}

export const blockedOutcome = (blocked: Blocked): Outcome => ({
  kind: 'blocked',
  code: blocked.code,
  detail: blocked.detail,
  ...(blocked.personal ? { personal: blocked.personal } : {}),
});

/** The Dialpad user of the case; a step that needs one cannot run before the link or the invitation. */
export const userIdOf = (context: StepContext): string => {
  if (context.state.userId === null) throw new Blocked('user.not_linked', 'the case has no Dialpad user yet');
  return context.state.userId;
};

/** The user as it is now; somebody who is gone is for a person to look at. */
export const userOf = async (context: StepContext): Promise<DialpadUser> => {
  const user = await context.deps.dialpad.readUser(userIdOf(context));
  if (!user || user.state === 'deleted') throw new Blocked('user.gone', 'Dialpad does not know the user any more; somebody deleted it');
  return user;
};

export const holds = (condition: boolean, evidence: JsonObject, detail?: string): Reading => ({ holds: condition, evidence, ...(detail ? { detail } : {}) });

export const target = <T>(context: StepContext): T => context.step.target as T;
