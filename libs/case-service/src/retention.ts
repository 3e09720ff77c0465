import { createHash } from 'node:crypto';
import { keptBecause, RuleViolation, type KeptBecause, type PersonEvent, type Policy } from '@handover/case';
import { canonicalJson, type EventStore, type JsonObject, type StoredEvent } from '@handover/event-store';
import type { By } from './by.ts';
import { erasing, type KeptBodies } from './erasure.ts';
import { forgetNumberCase, numberCasesToForget, type SilentNumberCases } from './number-case-retention.ts';
import { bodiesToDelete, type OldBodies } from './old-bodies.ts';
import { Persons, personStream } from './people.ts';
import { appendOf, commitAll, retryingConflicts } from './stream.ts';

export interface Silent {
  readonly personRef: string;
  /** ISO instant of the last event about the person or a case of theirs. */
  readonly lastAt: string;
}

/** What was kept too long, as the database knows it. */
export interface RetentionSource extends OldBodies, SilentNumberCases {
  /** All of them, in portions. */
  readonly silentSince: (before: string) => AsyncIterable<Silent>;
  /** The longest silent, and how many there are in all. */
  readonly longestSilent: (before: string, limit: number) => Promise<{ readonly silent: number; readonly first: readonly Silent[] }>;
  readonly keysAlive: () => Promise<number>;
  readonly purgeBodies: (ids: readonly string[]) => Promise<number>;
  readonly oldAnswers: () => Promise<number>;
  readonly purgeAnswers: () => Promise<number>;
}

export interface RetentionDeps {
  readonly store: EventStore;
  readonly rows: RetentionSource;
  readonly bodies: KeptBodies;
  readonly policy: Policy;
  /** Whether Dialpad returns a user. @throws when Dialpad cannot say: then nobody is erased. */
  readonly returnsUser: (userId: string) => Promise<boolean>;
  /** ISO instant. */
  readonly now: () => string;
}

export interface RetentionStatus {
  /** Of what is approved: another policy needs approvals of its own. */
  readonly hash: string;
  readonly record: number;
  readonly inbox: number;
  readonly needed: number;
  readonly approvedBy: readonly string[];
  readonly approved: boolean;
  readonly lastRun: { readonly at: string; readonly result: JsonObject } | null;
}

export interface RetentionPreview {
  /** Of how many nothing was heard; `persons` are the longest silent of them. */
  readonly silent: number;
  readonly persons: readonly { readonly personRef: string; readonly lastAt: string; readonly keptBecause: KeptBecause | 'retention.unreadable' | null }[];
  readonly erasable: number;
  readonly keysAlive: number;
  /** Closed, about numbers: what people wrote in them. */
  readonly numberCases: number;
  readonly inboxBodies: number;
  readonly idempotencyKeys: number;
}

const STREAM = 'retention';
const SHOWN = 1_000;
/** Dialpad is asked about so many at the same time, and gets on with its other calls. */
const ASKED_AT_ONCE = 8;

/**
 * The end of what is kept. Nothing of the record is deleted, because it is append-only and has to verify: a person's key is destroyed, and with it what
 * was sealed. Irreversible, so nothing happens until enough people approved these very times; the approval is an event.
 */
export class Retention {
  constructor(private readonly deps: RetentionDeps) {}

  async status(): Promise<RetentionStatus> {
    return this.statusIn(await this.deps.store.read(STREAM));
  }

  /** @throws RuleViolation `retention.stale`, `retention.not_approver` */
  async approve(hash: string, actor: { readonly id: string; readonly roles: readonly string[] }, by: By): Promise<RetentionStatus> {
    const { record, inbox, by: roles } = this.deps.policy.retention;
    return retryingConflicts(async () => {
      const events = await this.deps.store.read(STREAM);
      const status = this.statusIn(events);
      if (hash !== status.hash) throw new RuleViolation('retention.stale', 'the policy has other times by now; look at GET /v1/audit/retention again');
      if (by.onBehalfOf !== undefined) throw new RuleViolation('approval.delegate', 'an approval is one’s own: nobody approves for somebody else');
      if (!actor.roles.some((role) => roles.includes(role)))
        throw new RuleViolation('retention.not_approver', `retention is approved by somebody with one of the roles ${roles.join(', ')}`);
      if (status.approvedBy.includes(actor.id)) return status;
      await this.append(events, 'RetentionApproved', { hash, record, inbox, actor: actor.id }, by);
      return this.status();
    });
  }

  /** Tells the record that the policy names other times than before: what was approved until then is over, also where the old times come back. */
  noteTimes(by: By): Promise<void> {
    return retryingConflicts(async () => {
      const events = await this.deps.store.read(STREAM);
      const { hash, record, inbox } = this.statusIn(events);
      const last = events[events.length - 1];
      if (last !== undefined && last.data['hash'] !== hash) await this.append(events, 'RetentionTimesChanged', { hash, record, inbox }, by);
    });
  }

  /** What a run would do now, without doing it. */
  async preview(): Promise<RetentionPreview> {
    const { rows } = this.deps;
    const { silent, first } = await rows.longestSilent(this.silentBefore(), SHOWN);
    const persons: RetentionPreview['persons'][number][] = [];
    for (let at = 0; at < first.length; at += ASKED_AT_ONCE)
      persons.push(...(await Promise.all(first.slice(at, at + ASKED_AT_ONCE).map(async (each) => ({ ...each, keptBecause: await this.verdict(each) })))));
    let [inboxBodies, numberCases] = [0, 0];
    for await (const ids of this.oldBodies()) inboxBodies += ids.length;
    for await (const _ of this.numberCases()) numberCases += 1;

    return {
      silent,
      persons,
      erasable: persons.filter((each) => each.keptBecause === null).length,
      keysAlive: await rows.keysAlive(),
      numberCases,
      inboxBodies,
      idempotencyKeys: await rows.oldAnswers(),
    };
  }

  /** Does it. Null: the times are not approved; then only what was promised for a day is taken away. */
  async run(by: By): Promise<JsonObject | null> {
    const idempotencyKeys = await this.deps.rows.purgeAnswers();
    await this.noteTimes({ ...by, commandId: `${by.commandId}/times` });
    const status = await this.status();
    if (!status.approved) return null;
    let persons = 0;
    let kept = 0;
    for await (const each of this.deps.rows.silentSince(this.silentBefore())) {
      const isDone = (await this.verdict(each)) === null && (await this.erase(each, status, by));
      if (isDone) persons += 1;
      else kept += 1;
    }
    let [inboxBodies, numberCases] = [0, 0];
    for await (const { caseId, lastAt } of this.numberCases()) {
      const applied = { policyHash: status.hash, keepFor: status.record, lastAt, approvedBy: status.approvedBy };
      if (await forgetNumberCase(this.deps.store, caseId, { applied, now: this.deps.now() }, { ...by, commandId: `retention/${caseId}` })) numberCases += 1;
    }
    for await (const ids of this.oldBodies()) inboxBodies += await this.deps.rows.purgeBodies(ids);
    const result = { persons, kept, numberCases, inboxBodies, idempotencyKeys, hash: status.hash };
    // A day on which nothing was due is no news.
    if (persons + numberCases + inboxBodies > 0)
      await retryingConflicts(async () => this.append(await this.deps.store.read(STREAM), 'RetentionRan', result, by));

    return result;
  }

  /** In one transaction: the word that it is over, the erasure, and the key. Judged again on what is there at that moment. */
  private erase(silent: Silent, { hash, approvedBy }: RetentionStatus, by: By): Promise<boolean> {
    const { store, policy, bodies } = this.deps;
    const { personRef } = silent;

    return retryingConflicts(async () => {
      const person = await new Persons(store).load(personRef);
      const last = (await store.read(personStream(personRef)))[person.version - 1];
      if (last === undefined || last.recordedAt > silent.lastAt || (await this.verdict(silent)) !== null) return false;
      const claims: JsonObject = { personRef, dialpadUserId: person.state.userId, dialpadReturnsUser: false, keyDestroyed: true };
      const events: PersonEvent[] = [
        { type: 'RetentionApplied', data: { policyHash: hash, keepFor: policy.retention.record, lastAt: silent.lastAt, approvedBy, claims } },
        { type: 'PersonErased', data: { caseId: null } },
      ];
      await commitAll(
        store,
        [appendOf({ stream: personStream(personRef), expected: person.version, decided: { events }, by: { ...by, commandId: `retention/${personRef}` } })],
        await erasing(store, bodies, personRef),
      );
      return true;
    });
  }

  private async verdict({ personRef, lastAt }: Silent): Promise<KeptBecause | 'retention.unreadable' | null> {
    const { state } = await new Persons(this.deps.store).load(personRef);
    const asked = { now: this.deps.now(), lastAt, keepFor: this.deps.policy.retention.record };
    const without = keptBecause(state, { ...asked, inDialpad: state.userId === null ? null : false });
    if (without !== null || state.userId === null) return without;
    try {
      return keptBecause(state, { ...asked, inDialpad: await this.deps.returnsUser(state.userId) });
    } catch {
      return 'retention.unreadable'; // Dialpad cannot say that the user is gone: not today
    }
  }

  private silentBefore(): string {
    return this.before(this.deps.policy.retention.record);
  }

  private numberCases(): ReturnType<typeof numberCasesToForget> {
    return numberCasesToForget(this.deps.store, this.deps.rows, this.silentBefore());
  }

  private oldBodies(): AsyncIterable<readonly string[]> {
    return bodiesToDelete(this.deps, this.before(this.deps.policy.retention.inbox));
  }

  private before(keepFor: number): string {
    return new Date(Date.parse(this.deps.now()) - keepFor).toISOString();
  }

  private statusIn(events: readonly StoredEvent[]): RetentionStatus {
    const { record, inbox, needed } = this.deps.policy.retention;
    const hash = createHash('sha256').update(canonicalJson({ record, inbox })).digest('hex').slice(0, 16);
    // An approval is for this time only: what came before other times does not count, whatever it approved.
    const since = events.findLastIndex((event) => event.data['hash'] !== hash) + 1;
    const approvals = events.slice(since).filter((event) => event.type === 'RetentionApproved');
    const approvedBy = [...new Set(approvals.map((event) => String(event.data['actor'])))];
    const ran = [...events].reverse().find((event) => event.type === 'RetentionRan');

    return { hash, record, inbox, needed, approvedBy, approved: approvedBy.length >= needed, lastRun: ran ? { at: ran.recordedAt, result: ran.data } : null };
  }

  private async append(events: readonly StoredEvent[], type: string, data: JsonObject, by: By): Promise<void> {
    await commitAll(this.deps.store, [appendOf({ stream: STREAM, expected: events.length, decided: { events: [{ type, data }] }, by })], {});
  }
}
