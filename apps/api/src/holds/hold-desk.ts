import type { HoldRequest, HoldVerb, Policy } from '@handover/case';
import { Cases, Persons, holdCase, holdPerson, holdReason, personStream, type HoldDecided } from '@handover/case-service';
import type { LegalHoldItem, LegalHoldShown } from '@handover/contracts';
import type { EventStore } from '@handover/event-store';
import { holdHistories } from '@handover/event-store-postgres';
import { holdShown, standingHold } from '@handover/read-models';
import type { DataSource } from 'typeorm';
import type { Caller } from '../http/auth.ts';
import { byOf } from '../http/by.ts';
import { refusal } from '../http/problem.ts';

export interface HoldDeskDeps {
  readonly store: EventStore;
  readonly dataSource: DataSource;
  readonly policy: Policy;
  /** The person an actor is, where policy ties them. */
  readonly personOf: (actor: string) => Promise<string | null>;
  readonly now: () => string;
  readonly newId: () => string;
}

export interface PersonHeld {
  readonly ref: string;
  readonly caseIds: readonly string[];
  readonly legalHold: LegalHoldShown | null;
}

export type HoldState = 'standing' | 'unconfirmed' | 'overdue' | 'lift-asked';

const IS: Readonly<Record<HoldState, (item: LegalHoldItem) => boolean>> = {
  standing: () => true,
  unconfirmed: (item) => item.confirmedBy === null && item.confirmUntil !== null,
  overdue: (item) => item.overdue,
  'lift-asked': (item) => item.liftAskedBy !== null,
};

/** Legal holds, as callers ask about them. The rules say who may; nothing here does. */
export class HoldDesk {
  constructor(private readonly deps: HoldDeskDeps) {}

  async onCase(caseId: string, verb: HoldVerb, reason: string, caller: Caller): Promise<void> {
    granted(await holdCase(this.deps.store, caseId, verb, await this.request(reason, caller), this.by(caller)));
  }

  async onPerson(ref: string, verb: HoldVerb, reason: string, caller: Caller): Promise<PersonHeld> {
    const decided = await holdPerson(this.deps.store, ref, verb, await this.request(reason, caller), this.by(caller));
    granted(decided);
    const placed = (await this.deps.store.read(personStream(ref))).filter((event) => event.type === 'LegalHoldPlaced');
    const since = placed[placed.length - 1]?.recordedAt ?? '';
    const words = decided.hold && (await holdReason(this.deps.store, { personRef: ref }));

    return {
      ref,
      caseIds: decided.caseIds,
      legalHold: decided.hold && holdShown(decided.hold, { scope: 'person', since, reason: words, now: this.deps.now() }),
    };
  }

  /** Every hold that stands, the oldest first. */
  async list(state: HoldState): Promise<readonly LegalHoldItem[]> {
    const now = this.deps.now();
    const standing = (await holdHistories(this.deps.dataSource)).flatMap((history) => standingHold(history, now) ?? []);
    const items = await Promise.all(
      standing.map(async (hold): Promise<LegalHoldItem> => {
        const personRef =
          hold.caseId === null ? (/^\/v1\/persons\/([^/]+)/.exec(hold.links['decide'] ?? '')?.[1] ?? null) : await this.personOfCase(hold.caseId);
        const on = hold.caseId === null ? { personRef: personRef ?? '' } : { caseId: hold.caseId };
        return { ...hold, personRef, reason: await holdReason(this.deps.store, on) };
      }),
    );

    return items.filter(IS[state]).sort((a, b) => (a.since < b.since ? -1 : 1));
  }

  /** Whether the person is under a hold, for who is about to start a case. */
  async ofPerson(ref: string): Promise<LegalHoldShown | null> {
    const { state } = await new Persons(this.deps.store).load(ref);
    if (state.legalHold === null) return null;
    const [item] = (await holdHistories(this.deps.dataSource))
      .filter((each) => each.stream === personStream(ref))
      .flatMap((each) => standingHold(each, this.deps.now()) ?? []);
    return holdShown(state.legalHold, {
      scope: 'person',
      since: item?.since ?? '',
      reason: await holdReason(this.deps.store, { personRef: ref }),
      now: this.deps.now(),
    });
  }

  async liftIsAsked(on: { readonly caseId: string } | { readonly personRef: string }): Promise<boolean> {
    const { store } = this.deps;
    const hold = 'caseId' in on ? (await new Cases(store).load(on.caseId))?.state.holds.case : (await new Persons(store).load(on.personRef)).state.legalHold;
    return (hold?.liftAskedBy ?? null) !== null;
  }

  private async personOfCase(caseId: string): Promise<string | null> {
    return (await new Cases(this.deps.store).load(caseId))?.state.personRef ?? null;
  }

  private async request(reason: string, caller: Caller): Promise<HoldRequest> {
    const by = { ...caller, personRef: await this.deps.personOf(caller.actor) };
    return { by, reason, now: this.deps.now(), rule: this.deps.policy.legalHold };
  }

  private by(caller: Caller) {
    return byOf(caller, this.deps.newId());
  }
}

const granted = (decided: HoldDecided): void => {
  if (decided.refusal) throw refusal(decided.refusal);
};
