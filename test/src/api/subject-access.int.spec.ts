import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Persons, erasing, personStream } from '@handover/case-service';
import { eventIdOf } from '@handover/event-ids';
import { eventsAbout } from '@handover/event-store-postgres';
import type { DataSource } from 'typeorm';
import { startApi, type RunningApi } from '../support/api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
}, 60_000);
afterAll(() => api.stop(), 30_000);

interface Export {
  readonly person: { readonly ref: string; readonly erased: boolean; readonly email: string | null };
  readonly erasure?: { readonly certificate: object | null; readonly says: string };
  readonly dialpad: { readonly userId: string | null };
  readonly legalHolds: readonly { readonly reason: string | null }[];
  readonly retention: { readonly policy: object | null };
  readonly otherRows: Readonly<Record<string, number>>;
  readonly cases: readonly { readonly id: string }[];
  readonly received: readonly { readonly status: string; readonly body: { readonly data: Readonly<Record<string, unknown>> } }[];
  readonly events: readonly {
    readonly stream: string;
    readonly type: string;
    readonly says: string | null;
    readonly by: { readonly actor: string };
    readonly personal: Readonly<Record<string, unknown>> | null;
  }[];
}

const tell = (employeeId: string, type: string, data: object, reason?: string) =>
  api.call('requester', '/v1/cases', { fact: { type, data: { employeeId, ...data } }, ...(reason ? { reason } : {}) });
const leaves = async (employeeId: string, more: object = {}, reason = 'as HR asked') => {
  const { body } = await tell(
    employeeId,
    'employee.terminated',
    { email: `${employeeId}@example.com`, lastWorkingDay: '2026-11-01', timeZone: 'UTC', ...more },
    reason,
  );
  return { id: String(body['id']), ref: (body as { person: { ref: string } }).person.ref };
};
const exported = async (ref: string, reason = 'they asked'): Promise<Export> => {
  const answer = await api.call('admin', `/v1/persons/${ref}/export`, { reason });
  expect(answer.status).toBe(200);
  return answer.body as unknown as Export;
};

describe('subject access', () => {
  it('gives everything that is held, wherever it is: facts, cases, holds, unworked hooks, and what others wrote', async () => {
    const { id, ref } = await leaves('asks', { givenName: 'Asta', familyName: 'Ask', shoeSize: 'a field nobody knows' });
    await api.call('auditor', `/v1/cases/${id}/legal-hold`, { reason: 'a claim of theirs' });
    const { id: inboxId } = await api.worker.inbox.accept({
      source: 'generic',
      webhookId: randomUUID(),
      body: Buffer.from(JSON.stringify({ type: 'employee.changed', data: { employeeId: 'asks', note: 'nobody understood it' } })),
    });
    await api.worker.store.commit([], { inbox: { id: inboxId, status: 'needs-person', caseIds: [], reason: '/timestamp: missing', pointers: ['/timestamp'] } });

    await api.sealed();
    const all = await exported(ref);
    expect(all.person).toMatchObject({ ref, erased: false, email: 'asks@example.com', givenName: 'Asta' });
    expect(all.cases.map((each) => each.id)).toEqual([id]);
    expect(all.legalHolds).toMatchObject([{ reason: 'a claim of theirs' }]);
    expect(all.received).toMatchObject([{ status: 'needs-person', body: { data: { note: 'nobody understood it' } } }]);
    expect(all.otherRows).toMatchObject({ personIndex: 1, cases: 1 });
    expect(all.retention.policy).not.toBeNull();
    const opened = all.events.find((event) => event.type === 'CaseOpened');
    expect(opened).toMatchObject({ by: { actor: 'requester' }, personal: { reason: 'as HR asked' }, says: expect.stringContaining('case opened') });
    expect(JSON.stringify(all.events.find((event) => event.type === 'FactRecorded')?.personal)).toContain('a field nobody knows');
    expect(all.events.filter((event) => event.type.startsWith('LegalHold')).map((event) => event.personal)).toEqual([{ reason: 'a claim of theirs' }]);
  });

  it('finds where somebody else’s case names them, and opens nothing of somebody else', async () => {
    const { ref } = await leaves('heir');
    const other = await leaves('giver', { successor: { employeeId: 'heir' }, secret: 'of the giver' });
    const all = await exported(ref);
    const mention = all.events.find((event) => event.stream === `case/${other.id}`);
    expect(mention).toMatchObject({ type: 'CaseOpened', personal: null });
    expect(JSON.stringify(all)).not.toContain('of the giver');
  });

  it('looks through the record in portions, and finds the same in each size of them', async () => {
    const { id, ref } = await leaves('portioned');
    await leaves('between');
    await api.call('auditor', `/v1/cases/${id}/legal-hold`, { reason: 'later on' });
    const found = async (window?: number) => {
      const spans: number[] = [];
      const watched = {
        query: (sql: string, values?: number[]) => {
          if (values) spans.push((values[3] ?? Number.MAX_SAFE_INTEGER) - (values[0] ?? 0));
          return api.dataSource.query(sql, values);
        },
      } as unknown as DataSource;
      const events: number[] = [];
      for await (const event of eventsAbout(watched, api.worker.keyring, { personRef: ref, caseIds: [id], ...(window ? { window } : {}) }))
        events.push(event.seq);
      return { events, widest: Math.max(...spans) };
    };
    const { events, widest } = await found();
    expect(events.length).toBeGreaterThan(4);
    expect(widest).toBeLessThanOrEqual(50_000);
    for (const window of [1, 2, 3, 7]) expect(await found(window)).toEqual({ events, widest: window });
  });

  it('is itself recorded, with who asked and why, each time', async () => {
    const { ref } = await leaves('watched');
    await exported(ref, 'a letter of the third');
    expect((await api.call('admin', `/v1/persons/${ref}/export?reasonCode=by-phone`)).status).toBe(200);
    const last = (await exported(ref)).events.filter((event) => event.type === 'DataExported');
    expect(last).toMatchObject([
      { by: { actor: 'admin' }, personal: { reason: 'a letter of the third' } },
      { data: { reasonCode: 'by-phone' }, personal: null },
      { personal: { reason: 'they asked' } },
    ]);
  });

  it('is a page to read and print as well, that runs nothing and escapes everything', async () => {
    const { ref } = await leaves('prints', { givenName: '<script>alert(1)</script>' });
    const page = await api.call('admin', `/v1/persons/${ref}/export?format=html`);
    expect(page.type).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(String(page.body)).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(String(page.body)).not.toContain('<script>');
    expect(String(page.body)).toContain('</html>');
  });

  it('is for those who may, and of people there are', async () => {
    const { ref } = await leaves('guarded');
    for (const key of ['operator', 'approver', 'requester', 'auditor'] as const) {
      expect((await api.call(key, `/v1/persons/${ref}/export`)).status).toBe(403);
    }
    expect((await api.call('admin', '/v1/persons/nobody/export')).status).toBe(404);
    expect((await api.call('admin', `/v1/persons/${ref}/export`, {})).status).toBe(400);
    expect((await api.call('admin', `/v1/persons/${ref}/export?reasonCode=some words`)).status).toBe(400);
  });

  it('of somebody who is erased says so, and tells the story without them', async () => {
    const { id, ref } = await leaves('gone', { givenName: 'Gonna' });
    const { store, bodies } = api.worker;
    const { version } = await new Persons(store).load(ref);
    const meta = { actor: 'system', channel: 'system' as const };
    const erased = { id: eventIdOf(personStream(ref), ['erased']), type: 'PersonErased', schema: 1, data: { caseId: id }, meta };
    await store.commit([{ stream: personStream(ref), expected: version, events: [erased] }], await erasing(store, bodies, ref));

    const all = await exported(ref, 'words that are not kept');
    expect(all.person).toMatchObject({ ref, erased: true, email: null });
    expect(all.erasure?.says).toContain('destroyed');
    expect(JSON.stringify(all)).not.toMatch(/Gonna|gone@example.com|words that are not kept/);
    expect(all.events.map((event) => event.type)).toEqual(expect.arrayContaining(['CaseOpened', 'FactRecorded', 'PersonErased', 'DataExported']));
    expect(all.events.every((event) => event.personal === null)).toBe(true);
  });
});
