import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parsePolicy } from '@handover/config';
import { Cases, Company, Persons } from '@handover/case-service';
import { createDialpad, type Dialpad, type DialpadUser } from '@handover/connector-dialpad';
import { callsAsEvidence, otherCases, planTheLeaver } from '@handover/planning';
import { startApi, type RunningApi } from '../support/api.ts';

let api: RunningApi;
let dialpad: Dialpad;
let leaver: DialpadUser;

interface Impact {
  readonly calls: { readonly paths: readonly { from: string; before: string[]; after: string[] }[]; readonly problems: readonly { words: string }[] };
  readonly personal: { readonly forwardingNumbers: readonly string[] } | null;
}

/** What a step of that kind is about, as the answer shows it. */
const targetOf = (body: object, kind: string): unknown =>
  (body as { plan: { steps: { kind: string; target: unknown }[] } }).plan.steps.find((step) => step.kind === kind)?.target;

const fact = (more: object = {}): object => ({
  fact: {
    type: 'employee.terminated',
    data: {
      employeeId: 'L-1',
      email: leaver.emails[0],
      givenName: leaver.firstName,
      familyName: leaver.lastName,
      timeZone: 'UTC',
      lastWorkingDay: '2030-11-01',
      ...more,
    },
  },
});

/** Somebody a menu sends calls to, with calls forwarded to a private number. */
beforeAll(async () => {
  api = await startApi();
  dialpad = createDialpad({ baseUrl: api.sandbox.url, apiKey: { reveal: () => 'test' } });
  const menu = (await dialpad.companyLines()).find((line) => line.open.action === 'menu');
  const id = menu?.open.menu.find((key) => key.target?.type === 'user')?.target?.id ?? '';
  await dialpad.setForwarding(id, ['+15005550177']);
  const user = await dialpad.readUser(id);
  if (!user) throw new Error('the seeded company has no menu that rings a user');
  leaver = user;
}, 60_000);
afterAll(() => api.stop(), 30_000);

describe('what hangs on a leaver', () => {
  it('is part of the preview, with the calls in words and what is personal for those who may see it', async () => {
    const answer = await api.call('requester', '/v1/cases?preview=true', fact());
    expect(answer).toMatchObject({
      status: 200,
      body: {
        actions: [{ type: 'openLeaver' }],
        problem: null,
        impact: {
          numbers: [{ number: leaver.phoneNumbers[0], isPrimary: true, goesTo: { kind: 'pool' } }],
          forwarding: 1,
          apiKeyOwner: 'unknown',
          admin: { scope: 'none', goesTo: null },
        },
      },
    });
    expect(targetOf(answer.body, 'moveNumber')).toEqual({ number: leaver.phoneNumbers[0], heir: { kind: 'pool' } });
    const impact = answer.body['impact'] as unknown as Impact;
    expect(impact.personal?.forwardingNumbers).toEqual(['+15005550177']);
    const menu = impact.calls.paths.find((path) => path.before.some((way) => way.includes('key 1')));
    expect(menu?.before.join()).toContain(`key 1 > user ${leaver.id}: is answered`);
    expect(menu?.after.join()).toContain('key 1 > voicemail: goes to voicemail');
    expect(menu?.from).toMatch(/^department ".+ Support"$/);
    expect(await api.dataSource.query('SELECT actor, what, detail FROM app.access_read')).toEqual([
      { actor: 'requester', what: 'case.preview', detail: { personRef: expect.any(String) } },
    ]);
    expect((await api.call('operator', '/v1/cases')).body['items']).toEqual([]);
  });

  it('says that a successor nobody can be found for stops the plan', async () => {
    const answer = await api.call('requester', '/v1/cases?preview=true', fact({ successors: [{ number: '+15005550123', pool: true }] }));
    expect(answer).toMatchObject({ status: 200, body: { plan: null, impact: null, problem: { code: 'successor.number_unknown' } } });
  });

  it('is shown with the case; who may not see who the person is sees ids and numbers of the company only', async () => {
    const { body } = await api.call('requester', '/v1/cases', fact());
    const caseId = String(body['id']);
    expect(body['impact']).toBeNull();
    await plan(caseId);

    const seen = (await api.call('approver', `/v1/cases/${caseId}`)).body['impact'] as unknown as Impact;
    expect(seen.personal?.forwardingNumbers).toEqual(['+15005550177']);
    const hidden = await api.call('auditor', `/v1/cases/${caseId}`);
    expect(hidden.body['impact']).toMatchObject({ forwarding: 1, personal: null });
    expect(targetOf(hidden.body, 'moveNumber')).toEqual({ number: leaver.phoneNumbers[0], heir: { kind: 'pool' } });
    expect(targetOf(hidden.body, 'clearForwarding')).toEqual({});
    expect(JSON.stringify(hidden.body)).not.toContain('+15005550177');
    const timeline = await api.call('auditor', `/v1/cases/${caseId}/timeline`);
    expect(JSON.stringify(timeline.body)).toContain(`key 1 > user ${leaver.id}: is answered`);
    expect(JSON.stringify(timeline.body)).not.toContain('+15005550177');
  });

  it('names other cases of the person, and whoever counts on them', async () => {
    const [other] = (await dialpad.colleaguesOf(leaver.officeId, 9)).filter((user) => user.id !== leaver.id && !user.isSuperAdmin);
    const names = { email: other?.emails[0], givenName: other?.firstName, familyName: other?.lastName };
    const counting = await api.call('requester', '/v1/cases', fact({ ...names, employeeId: 'L-2', successor: { employeeId: 'L-1' } }));
    const answer = await api.call('requester', '/v1/cases?preview=true', fact({ ...names, employeeId: 'L-3', successor: { employeeId: 'L-1' } }));
    expect(answer.body['problem']).toBeNull();
    const persons = new Persons(api.worker.store);
    const ref = (await api.call('operator', '/v1/persons?employeeId=L-1')).body['ref'];
    await api.sealed();
    const conflicts = await others().naming(String(ref));
    expect(conflicts).toEqual([{ kind: 'named-as-successor', caseId: counting.body['id'] }]);
    expect((await persons.load(String(ref))).state.cases).toHaveLength(1);
  });
});

const others = () => {
  const cases = new Cases(api.worker.store);
  return otherCases({ cases, company: new Company(api.worker.store), mentioning: (ref) => api.worker.rows.mentioning(ref) });
};

/** What the worker's activity does, without Temporal around it. */
const plan = async (caseId: string): Promise<void> => {
  const cases = new Cases(api.worker.store);
  const state = (await cases.load(caseId))?.state;
  if (state?.terms.kind !== 'leaver' || state.personRef === null) throw new Error('not a leaver');
  const policy = parsePolicy('', 'of the test');
  const planned = await planTheLeaver({ dialpad, policy, persons: new Persons(api.worker.store), others: others() }, state.personRef, state.terms);
  if (planned.kind === 'blocked') throw new Error(planned.code);
  const json = <T>(value: object): T => JSON.parse(JSON.stringify(value)) as T;
  const now = new Date().toISOString();
  await cases.execute(
    caseId,
    [
      { type: 'startStep', now, start: { step: 'link', round: 1 } },
      {
        type: 'recordOutcome',
        step: 'link',
        round: 1,
        outcome: {
          kind: 'verified',
          changed: false,
          evidence: { impact: json(planned.impact), calls: json(callsAsEvidence(planned.calls)) },
          personal: { impact: json(planned.personal) },
        },
      },
      { type: 'recordPlan', plan: planned.plan, userId: planned.userId, now },
    ],
    api.systemBy(randomUUID()),
  );
};
