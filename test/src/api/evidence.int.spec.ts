import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyPack, type EvidencePack, type KnownKeys } from '@handover/evidence';
import { handover } from '@handover/local';
import { startApi, type RunningApi } from '../support/api.ts';

let api: RunningApi;
let pack: EvidencePack;
let known: KnownKeys;
let caseId: string;

const leave = {
  fact: {
    type: 'employee.terminated',
    data: {
      employeeId: 'E-1',
      email: 'bryony@example.com',
      givenName: 'Bryony',
      familyName: 'Hart',
      office: 'Berlin',
      timeZone: 'Europe/Berlin',
      lastWorkingDay: '2026-02-27',
      reasonCode: 'voluntary',
    },
  },
  reason: 'she told us on Monday',
};

beforeAll(async () => {
  api = await startApi();
  caseId = String((await api.call('requester', '/v1/cases', leave)).body['id']);
  await api.call('auditor', `/v1/cases/${caseId}/legal-hold`, { reason: 'asked for by the court' });
  await api.call('approver', `/v1/cases/${caseId}/approvals/leaver/decisions`, { decision: 'approve', planHash: 'none' });
  await api.sealed();
  pack = (await api.call('operator', `/v1/cases/${caseId}/evidence`)).body as unknown as EvidencePack;
  known = (await api.call('auditor', '/v1/audit/checkpoints')).body as unknown as KnownKeys;
}, 60_000);
afterAll(() => api.stop(), 30_000);

/** Every value in the pack that can be read, by its path. */
const leaves = (value: unknown, at: readonly (string | number)[] = []): (readonly (string | number)[])[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, each]) => leaves(each, [...at, Array.isArray(value) ? Number(key) : key]))
    : [at];

const edited = (original: EvidencePack, path: readonly (string | number)[]): EvidencePack => {
  const copy = structuredClone(original) as unknown as Record<string | number, unknown>;
  const parent = path.slice(0, -1).reduce((node, key) => node[key] as Record<string | number, unknown>, copy);
  const last = path[path.length - 1] ?? '';
  const was = parent[last];
  parent[last] = typeof was === 'string' ? `${was}x` : typeof was === 'number' ? was + 1 : typeof was === 'boolean' ? !was : 'x';
  return copy as unknown as EvidencePack;
};

describe('an evidence pack', () => {
  it('says when HR said it, what was asked, and who did what, and proves it with the public keys alone', () => {
    expect(verifyPack(pack, known)).toMatchObject({ faults: [], events: pack.timeline.length });
    expect(pack.story.headline).toMatchObject({ question: 'access-removed', due: '2026-02-27T23:00:00.000Z', zone: 'Europe/Berlin', doneAt: null });
    expect(pack.story.facts).toEqual([expect.objectContaining({ kind: 'terminated', actor: 'requester', channel: 'api' })]);
    expect(pack.story.request).toMatchObject({ requester: 'requester', reasonCode: 'voluntary' });
    expect(pack.story.legalHolds.map((each) => each.what)).toContain('LegalHoldPlaced');
    expect(pack.person).toMatchObject({ givenName: 'Bryony' });
  });

  it('is found out by an edit of any single value in it', () => {
    const paths = leaves(pack);
    expect(paths.length).toBeGreaterThan(100);
    expect(paths.filter((path) => verifyPack(edited(pack, path), known).faults.length === 0)).toEqual([]);
  });

  it('is found out even when who edits it can sign packs: what can be read follows from the proven events', () => {
    const { story } = pack;
    const forged: EvidencePack = { ...pack, story: { ...story, headline: { ...story.headline, doneAt: '2026-02-27T23:00:01.000Z' } } };
    const faults = verifyPack({ ...forged, signature: api.packSigner.sign(forged) }, known).faults.map((each) => each.what);
    expect(faults).toEqual(['story/headline/doneAt is not what the proven events say']);
    const [first, ...rest] = pack.timeline;
    const retold: EvidencePack = { ...pack, timeline: [{ ...first!, actor: 'somebody else' }, ...rest] };
    expect(verifyPack({ ...retold, signature: api.packSigner.sign(retold) }, known).faults[0]?.what).toBe('timeline/0 is not what the proven events say');
  });

  it('that leaves an event out, or is of no key that was kept, is refused', () => {
    const cut = { ...pack, proofs: { ...pack.proofs, events: pack.proofs.events.slice(1), proofs: pack.proofs.proofs.slice(1) } };
    expect(verifyPack(cut, known).faults[0]?.what).toContain('version 1 of the stream is missing');
    expect(verifyPack(pack, { keys: known.keys, packKeys: [] }).faults[0]?.what).toContain('none of the known pack keys');
    expect(verifyPack(pack, { keys: [], packKeys: known.packKeys }).faults[0]?.what).toContain('none of the known keys has signed it');
    expect(verifyPack({ ...pack, signature: null }, known).faults.map((each) => each.what)).toContain('the pack is not signed');
  });

  it('is verified by the command line with two files and nothing else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pack-'));
    const write = (name: string, value: unknown): string => {
      writeFileSync(join(folder, name), JSON.stringify(value));
      return join(folder, name);
    };
    const said: string[] = [];
    const verify = (file: string): Promise<number> =>
      handover(['verify', '--evidence', file, '--keys', write('keys.json', known)], (line) => void said.push(line));
    expect(await verify(write('pack.json', pack))).toBe(0);
    expect(await verify(write('edited.json', { ...pack, madeFor: 'nobody' }))).toBe(1);
    expect(said.join('\n')).toContain('something in it was changed');
    rmSync(folder, { recursive: true });
  });

  it('comes as a file that nobody caches, without names for who may not see them', async () => {
    const { headers, body } = await api.call('auditor', `/v1/cases/${caseId}/evidence`);
    expect(headers.get('content-disposition')).toBe(`attachment; filename="handover-evidence-leaver-${caseId}.json"`);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(JSON.stringify(body)).not.toContain('Bryony');
    expect(JSON.stringify(body)).not.toContain('asked for by the court');
    const { body: told } = await api.call('auditor', `/v1/cases/${caseId}/timeline`);
    expect(JSON.stringify(told)).not.toContain('asked for by the court');
    expect(JSON.stringify((await api.call('operator', `/v1/cases/${caseId}/timeline`)).body)).toContain('she told us on Monday');
    expect(verifyPack(body as unknown as EvidencePack, known).faults).toEqual([]);
    const page = await api.call('operator', `/v1/cases/${caseId}/evidence?format=html`);
    expect(page.headers.get('content-disposition')).toContain('.html"');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.body).toContain('Bryony Hart');
    expect(page.body).not.toContain('<script');
  });
});
