import { describe, expect, it } from '@jest/globals';
import { day, deciding, done, opened, start } from '../testing/cases.ts';
import { given } from '../testing/given.ts';
import type { MoverTerms } from '../case/terms.ts';
import { defaultPolicy, type Policy } from '../policy/policy.ts';
import { planMover } from './plan.ts';
import type { MoverSnapshot } from './snapshot.ts';

const terms: MoverTerms = {
  kind: 'mover',
  effectiveDate: '2026-03-10',
  effectiveAt: day(10),
  zone: 'UTC',
  zoneFrom: 'fact',
  office: null,
  license: null,
  groups: null,
  adminRole: null,
};
const sales = { type: 'department', id: '1', role: 'operator' };
const support = { type: 'department', id: '2', role: 'operator' };
const seen: MoverSnapshot = {
  officeId: 'berlin',
  license: 'talk',
  numbers: ['+4930'],
  groups: [sales],
  isCompanyAdmin: false,
  adminOfficeIds: [],
  to: null,
  wanted: null,
  seat: null,
};
const planOf = (more: Partial<MoverTerms>, saw: Partial<MoverSnapshot> = {}, policy: Policy = defaultPolicy) =>
  planMover({ ...terms, ...more }, { ...seen, ...saw }, policy);
const ids = (plan: { steps: readonly { id: string }[] }): string[] => plan.steps.map((step) => step.id);
const abroad = planOf({ office: 'Paris' }, { to: { officeId: 'paris', losesNumbers: true } });

const planned = (plan: ReturnType<typeof planOf>, more: Partial<MoverTerms> = {}) =>
  given(opened({ ...terms, ...more })).then(...done(day(1), 'link'), { type: 'recordPlan', plan: { ...plan, hash: 'hash-1' }, userId: '5', now: day(1) });

describe('a mover', () => {
  it('within a country keeps the numbers, looks after the groups, and asks nobody', () => {
    const plan = planOf({ office: 'Munich' }, { to: { officeId: 'munich', losesNumbers: false } });
    expect(ids(plan)).toEqual(['check', 'office', 'keep-group-1', 'verify']);
    expect(plan.stages).toEqual([]);
  });

  it('to another country loses the numbers, and that is asked for on its own', () => {
    expect(abroad.steps.find((step) => step.id === 'office')).toMatchObject({ reversible: false, gate: 'number-loss' });
    expect(abroad.stages.map((stage) => stage.stage)).toEqual(['number-loss']);
    expect(planned(abroad).when(start('office', day(11))).refusal?.code).toBe('step.not_approved');
    expect(
      planned(abroad)
        .then(deciding('number-loss'))
        .when(start('office', day(11))).refusal,
    ).toBeUndefined();
  });

  it('is not changed before the day, whoever approved', () => {
    expect(
      planned(abroad)
        .then(deciding('number-loss'))
        .when(start('office', day(9))).refusal?.code,
    ).toBe('step.too_early');
  });

  it('whose licence changes gets back the groups that Dialpad may drop', () => {
    expect(ids(planOf({ license: 'agents' }))).toEqual(['check', 'license', 'keep-group-1', 'verify']);
    expect(ids(planOf({ license: 'talk' }))).toEqual(['check', 'verify']);
  });

  it('is added to the groups HR names, and leaves others only where the policy says so', () => {
    expect(ids(planOf({}, { wanted: [support] }))).toEqual(['check', 'group-1', 'verify']);
    expect(ids(planOf({}, { wanted: [support] }, { ...defaultPolicy, changedGroups: 'replace' }))).toEqual(['check', 'group-1', 'leave-group-1', 'verify']);
  });

  it('gets admin rights only when somebody approved, and last', () => {
    const plan = planOf({ adminRole: 'company' });
    expect(ids(plan)).toEqual(['check', 'admin', 'verify']);
    expect(planned(plan).when(start('check', day(11))).refusal?.code).toBe('step.not_approved');
    expect(
      planned(plan)
        .then(deciding('mover'))
        .when(start('check', day(11))).refusal,
    ).toBeUndefined();
  });

  it('loses admin rights without asking anybody', () => {
    const plan = planOf({ adminRole: 'none' }, { isCompanyAdmin: true, adminOfficeIds: ['berlin'] });
    expect(ids(plan)).toEqual(['check', 'admin-company', 'admin-offices', 'verify']);
    expect(plan.stages).toEqual([]);
  });

  it('can be taken back until the change has begun', () => {
    const rescind = { type: 'rescind', rescind: { actor: 'operator', reasonCode: null, reason: null, factId: null } } as const;
    const plan = planOf({ license: 'agents' });
    expect(planned(plan).then(rescind, { type: 'close' }).state()).toMatchObject({ phase: 'cancelled', result: 'rescinded-before-any-write' });
    expect(
      planned(plan)
        .then(...done(day(10), 'check'))
        .when(rescind).refusal?.code,
    ).toBe('rescind.changing');
  });

  it('is done when everything reads back', () => {
    expect(
      planned(planOf({ license: 'agents' }))
        .then(...done(day(10), 'check', 'license', 'keep-group-1', 'verify'), { type: 'close' })
        .state(),
    ).toMatchObject({ phase: 'done', result: 'moved' });
  });
});

const seatsOf = (plan: { steps: readonly { id: string; target: { readonly seats?: unknown } }[] }): unknown =>
  plan.steps.find((each) => each.id === 'check')?.target.seats;

describe('the numbers of a mover', () => {
  const two = { numbers: ['+4930', '+4931'], seat: 'contactCenter' };

  it('need a licence each that the new one does not bring, beside those that are there already', () => {
    expect(seatsOf(planOf({ license: 'lite_support_agents' }, two))).toEqual([
      { officeId: 'berlin', seat: 'contactCenter' },
      { officeId: 'berlin', seat: 'additionalNumber' },
    ]);
    expect(seatsOf(planOf({ license: 'talk' }, { ...two, license: 'lite_support_agents', seat: 'talk' }))).toEqual([{ officeId: 'berlin', seat: 'talk' }]);
  });

  it('all count in another office, where none is there already', () => {
    const plan = planOf({ office: 'Munich' }, { numbers: two.numbers, seat: 'talk', to: { officeId: 'munich', losesNumbers: false } });
    expect(seatsOf(plan)).toEqual([
      { officeId: 'munich', seat: 'talk' },
      { officeId: 'munich', seat: 'additionalNumber' },
    ]);
  });

  it('go only where the policy says so and somebody agreed, when there is no licence for them', () => {
    const drop: Policy = { ...defaultPolicy, unlicensedNumbers: 'drop' };
    const plan = planOf({ license: 'lite_support_agents' }, { ...two, freeAdditional: 0 }, drop);
    expect(plan.steps.find((step) => step.id === 'license')).toMatchObject({
      reversible: false,
      gate: 'number-loss',
      target: { keepNumbers: false, numbers: two.numbers },
    });
    expect(plan.stages.map((stage) => stage.gate)).toEqual(['number-loss']);
    expect(planOf({ license: 'lite_support_agents' }, { ...two, freeAdditional: 5 }, drop).stages).toEqual([]);
  });

  it('the transfer takes a seat of the licence it finds, before the licence is changed', () => {
    const plan = planOf(
      { office: 'Munich', license: 'agents' },
      { numbers: [], seat: 'sell', moveSeat: 'talk', to: { officeId: 'munich', losesNumbers: false } },
    );
    expect(seatsOf(plan)).toEqual([
      { officeId: 'munich', seat: 'sell' },
      { officeId: 'munich', seat: 'talk' },
    ]);
  });
});

describe('the groups of a mover', () => {
  const service = { type: 'callcenter', id: '3', role: 'operator' };

  it('that the new licence does not allow are reported, because to put them back would take another licence', () => {
    const plan = planOf({ license: 'talk' }, { license: 'agents', groups: [sales, service] });
    expect(plan.steps.map((step) => `${step.kind} ${step.id}`)).toContain('reportGroup lost-group-1');
    expect(ids(plan)).toContain('keep-group-1');
  });

  it('take a licence where HR names a call center for somebody who has none', () => {
    expect(seatsOf(planOf({}, { wanted: [service], callCenterSeat: 'sell' }))).toEqual([{ officeId: 'berlin', seat: 'sell' }]);
    expect(seatsOf(planOf({}, { wanted: [service], groups: [service] }))).toEqual([]);
  });

  it('change a role by a step that says from which, and power in them is asked for', () => {
    const plan = planOf({}, { wanted: [{ ...sales, role: 'admin' }] });
    expect(plan.steps.find((step) => step.id === 'role-1')?.target).toMatchObject({ group: { role: 'admin' }, from: 'operator' });
    expect(plan.stages.map((stage) => stage.gate)).toEqual(['mover']);
  });
});

describe('the admin offices of a mover', () => {
  it('become those that HR names: more are asked for, fewer are not', () => {
    const more = planOf({ adminRole: 'office' }, { adminOfficeIds: ['berlin'], adminOffices: ['berlin', 'munich'] });
    expect(more.steps.find((step) => step.id === 'admin')?.target).toMatchObject({ officeIds: ['munich'] });
    expect(more.stages).toHaveLength(1);
    const less = planOf({ adminRole: 'office' }, { adminOfficeIds: ['berlin', 'munich'], adminOffices: ['munich'] });
    expect(less.steps.find((step) => step.id === 'admin-offices')?.target).toEqual({ officeIds: ['berlin'], keep: ['munich'] });
    expect(less.stages).toEqual([]);
  });
});

describe('several changes in one case', () => {
  it('are made in an order in which none undoes another', () => {
    const plan = planOf(
      { office: 'Munich', license: 'agents', adminRole: 'company', corrections: ['email'] },
      { to: { officeId: 'munich', losesNumbers: false }, wanted: [support], e911: 'office', corrections: ['email'] },
    );
    expect(ids(plan)).toEqual(['check', 'profile', 'office', 'e911', 'license', 'keep-group-1', 'group-1', 'admin', 'verify']);
  });

  it('are planned anew when HR means otherwise before the day, and what was approved is void', () => {
    const waiting = planned(abroad).then(deciding('number-loss'));
    const otherwise = { type: 'changeTerms', terms: { ...terms, office: 'Rome' }, factId: 'fact-2' } as const;
    expect(waiting.then(otherwise).state()).toMatchObject({ plan: null, stages: [], phase: 'planned' });
    const begun = waiting.then(...done(day(10), 'check'));
    expect(begun.when(otherwise).events.map((event) => event.type)).toEqual(['TermsChanged']);
  });
});
