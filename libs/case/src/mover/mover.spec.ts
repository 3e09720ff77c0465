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
