import { eventIdOf } from '@handover/event-ids';
import { EventStoreError, type EventStore, type JsonObject, type SideWrites } from '@handover/event-store';
import type { Inbox, InboxEntry, InboxPage } from '@handover/event-store-postgres';
import type { Caller } from '../http/auth.ts';
import { metaOf } from '../http/by.ts';
import { Problem } from '../http/problem.ts';

/** Facts that nothing came of, and what people do with them: recorded, like everything that somebody decides. */
export class InboxDesk {
  constructor(
    private readonly inbox: Inbox,
    private readonly store: EventStore,
  ) {}

  list(status: 'needs-person' | 'failed', page: { readonly after?: number; readonly limit: number }): Promise<InboxPage> {
    return this.inbox.forPeople(status, page);
  }

  /** Recorded before it is done: whoever is cut off in between asks again. @throws Problem `inbox.unknown`, `inbox.not_failed` */
  async retry(id: string, caller: Caller): Promise<InboxEntry> {
    const decided = await this.decided(id);
    const { status, source, reason } = await this.known(id);
    if (status !== 'failed') throw notFailed(status);
    await this.record(id, decided, 'FactRetryAsked', { source, reason }, caller);
    if (!(await this.inbox.retry(id, caller.actor))) throw notFailed((await this.known(id)).status);

    return this.known(id);
  }

  /** What was sent is deleted in the same transaction. Dismissed already: answered as it is. @throws Problem `inbox.unknown`, `inbox.not_waiting` */
  async dismiss(id: string, reasonCode: string, caller: Caller): Promise<InboxEntry> {
    const decided = await this.decided(id);
    const entry = await this.known(id);
    const dismissed = `dismissed: ${reasonCode}`;
    if (entry.status === 'ignored' && entry.reason === dismissed) return entry;
    if (entry.status !== 'failed' && entry.status !== 'needs-person')
      throw new Problem(409, 'inbox.not_waiting', `the fact is ${entry.status}; only one that waits for a person is dismissed`);
    const outcome = { id, status: 'ignored' as const, caseIds: [], reason: dismissed, pointers: [] };
    await this.record(id, decided, 'FactDismissed', { source: entry.source, reasonCode, reason: entry.reason }, caller, { inbox: outcome });

    return this.known(id);
  }

  private async known(id: string): Promise<InboxEntry> {
    const entry = await this.inbox.get(id);
    if (!entry) throw new Problem(404, 'inbox.unknown', 'there is no inbox entry of this id');
    return entry;
  }

  /** How often somebody decided on it. Looked up before what became of it: who decides in between is noticed by the append. */
  private async decided(id: string): Promise<number> {
    return (await this.store.read(streamOf(id))).length;
  }

  private async record(id: string, expected: number, type: string, data: JsonObject, caller: Caller, side: SideWrites = {}): Promise<void> {
    const stream = streamOf(id);
    const event = { id: eventIdOf(stream, [type, expected]), type, schema: 1, data, meta: { ...metaOf(caller), cause: id } };
    try {
      await this.store.commit([{ stream, expected, events: [event] }], side);
    } catch (error) {
      if (!(error instanceof EventStoreError)) throw error;
      throw new Problem(409, 'inbox.changed', 'somebody else decided on this fact at the same moment; look at it again');
    }
  }
}

const streamOf = (id: string): string => `inbox/${id}`;

const notFailed = (status: string): Problem =>
  new Problem(409, 'inbox.not_failed', `the fact is ${status}, or what was sent is deleted; only a failed one is tried again, else have HR send it anew`);
