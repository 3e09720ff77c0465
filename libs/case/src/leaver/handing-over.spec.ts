import { describe, expect, it } from '@jest/globals';
import { day, deciding, done, leaverPlan, leaverTerms, opened, planned, snapshot, start, verify } from '../testing/cases.ts';
import { given, types } from '../testing/given.ts';
import { isApprovedByPeople } from '../case/gates.ts';
import { viewOf } from '../case/view.ts';
import { defaultPolicy } from '../policy/policy.ts';
import { heirOfNumber, oneHeir, usersAmong, type Heirs } from './heirs.ts';
import type { LeaverSnapshot } from './plan.ts';

const heir = { kind: 'user', id: 'heir' } as const;
const department = { kind: 'department', id: '7000000000000002' } as const;
const pool = { kind: 'pool' } as const;
const heirs: Heirs = { ...oneHeir(heir), numbers: { '+2': department, '+3': pool }, admin: heir };
const reference = { where: { type: 'department', id: '7', path: 'open' }, repairable: true, action: 'person' };
const rich: LeaverSnapshot = {
  ...snapshot,
  isCompanyAdmin: true,
  adminOfficeIds: ['6000000000000001', '6000000000000002'],
  numbers: ['+1', '+2', '+3'],
  groups: [
    { type: 'department', id: '7000000000000001', role: 'admin', removable: true, isLast: true },
    { type: 'channel', id: '8', role: 'operator', removable: true },
  ],
  routing: [
    { reference, repairable: true },
    { reference: { ...reference, where: { type: 'office', id: '6', path: 'open' }, repairable: false }, repairable: false },
  ],
  greetings: [
    { ivrType: 'VM_UNAVAILABLE', id: 'ivr-1', selected: true },
    { ivrType: 'VM_UNAVAILABLE', id: 'ivr-0', selected: false },
  ],
  shownBy: [{ userId: 'colleague', number: '+3' }],
  mailLines: [{ type: 'department', id: '7000000000000001' }],
  heir,
  heirs,
};
const plan = (seen = rich, policy = defaultPolicy, terms = leaverTerms) => leaverPlan(terms, seen, policy);
const step = (id: string, of = plan()) => of.steps.find((each) => each.id === id);
const ids = (of = plan()): string[] => of.steps.map((each) => each.id);

describe('heirs', () => {
  it('get each number where HR said, and the rest where everything goes', () => {
    expect(['+1', '+2', '+3'].map((number) => heirOfNumber(heirs, number).kind)).toEqual(['user', 'department', 'pool']);
    expect(usersAmong(heirs)).toEqual(['heir']);
  });
});

describe('what is handed over', () => {
  it('is pointed elsewhere while the leaver still answers, and access is cut before the rest', () => {
    expect(ids()).toEqual([
      'check',
      'routing-2', // a main line: a person does it, before anything is cut
      'grant-company-admin',
      'grant-office-admin',
      'grant-group-1',
      'routing-1',
      'group-1',
      'suspend',
      'admin-company',
      'admin-offices',
      'forwarding',
      'desk-phone-1',
      'greeting-1',
      'group-2',
      'caller-id-1',
      'number-1',
      'number-2',
      'number-3',
      'calls',
      'seat',
      'mails-1',
      'delete',
      'purge',
      'anonymize',
    ]);
    expect(
      plan()
        .steps.filter((each) => each.early)
        .every((each) => each.phase === 'handing-over' && each.reversible),
    ).toBe(true);
  });

  it('never keeps an immediate leaver waiting: nothing but the check comes before the cut', () => {
    const immediate = plan(rich, defaultPolicy, { ...leaverTerms, urgency: 'immediate' });
    const before = ids(immediate).slice(0, ids(immediate).indexOf('suspend'));
    expect(before).toEqual(['check']);
    expect(ids(immediate)).toContain('grant-company-admin');
  });

  it('names the heir in each step, so that the approval covers who gets what', () => {
    expect(step('number-2')?.target).toEqual({ number: '+2', heir: department });
    expect(step('number-3')?.target).toEqual({ number: '+3', heir: pool });
    expect(step('grant-company-admin')?.target).toEqual({ scope: 'company', heir });
    expect(step('grant-group-1')?.target).toMatchObject({ scope: 'group', group: { role: 'admin' }, heir });
    expect(step('check')?.target).toMatchObject({ heirs: { admin: heir } });
    expect(step('mails-1')).toMatchObject({ kind: 'taskByHand', phase: 'holding', target: { task: 'voicemail-mails' } });
  });

  it('only revokes admin rights where nobody is named for them', () => {
    const alone = plan({ ...rich, heirs: { ...heirs, admin: null } });
    expect(alone.steps.filter((each) => each.kind === 'handOverAdmin')).toEqual([]);
    expect(ids(alone)).toEqual(expect.arrayContaining(['admin-company', 'admin-offices']));
  });

  it('asks for the loss of those numbers only that nobody takes', () => {
    const lossy = plan(rich, { ...defaultPolicy, reservePool: false });
    expect(lossy.steps.filter((each) => each.gate === 'number-loss').map((each) => each.id)).toEqual(['number-3']);
    const taken = plan({ ...rich, heirs: oneHeir(heir) }, { ...defaultPolicy, reservePool: false });
    expect(taken.stages.map((stage) => stage.gate)).not.toContain('number-loss');
  });

  it.each([
    ['remove', 'removeGreeting'],
    ['replace', 'replaceGreeting'],
    ['keep', undefined],
  ] as const)('with the policy %s for greetings plans %s for what is played', (greetings, kind) => {
    expect(step('greeting-1', plan(rich, { ...defaultPolicy, greetings }))?.kind).toBe(kind);
    expect(step('greeting-2', plan(rich, { ...defaultPolicy, greetings }))).toBeUndefined();
  });

  it('does the mail lists before the delete where the delete does not wait for the hold', () => {
    expect(step('mails-1', plan(rich, { ...defaultPolicy, releaseSeat: 'delete' }))?.phase).toBe('handing-over');
  });
});

describe('a rescind of a hand-over', () => {
  const EARLY = ['grant-company-admin', 'grant-office-admin', 'grant-group-1', 'routing-1', 'group-1', 'number-1', 'number-2'];
  const LATE = ['suspend', 'admin-company', 'admin-offices', 'forwarding', 'desk-phone-1', 'greeting-1', 'group-2', 'caller-id-1', 'number-3', 'calls', 'seat'];
  const cut = given(opened())
    .then(...done(day(1), 'link'), planned(plan()), deciding('leaver'), { type: 'reachCutOff', now: day(10) })
    .then(...done(day(10), 'check', 'routing-2', ...EARLY, ...LATE), { type: 'beginHold', now: day(10) });

  it('takes back everything in reverse, the person first and the rights of the successor after theirs', () => {
    const undone = cut.when({ type: 'rescind', rescind: { actor: 'hr', reasonCode: null, reason: null, factId: null } });
    expect(types(undone)).toEqual(['RescindAccepted']);
    const accepted = undone.events[0];
    const kinds = accepted?.type === 'RescindAccepted' ? accepted.data.steps.map((each) => `${each.undoes} ${each.kind}`) : [];
    expect(kinds).toEqual([
      'suspend activateUser',
      'number-3 returnNumber',
      'number-2 returnNumber',
      'number-1 returnNumber',
      'caller-id-1 restoreCallerId',
      'group-2 rejoinGroup',
      'greeting-1 taskByHand',
      'desk-phone-1 taskByHand',
      'forwarding restoreForwarding',
      'admin-offices restoreOfficeAdmin',
      'admin-company restoreCompanyAdmin',
      'group-1 rejoinGroup',
      'routing-1 restoreRouting',
      'grant-group-1 takeBackAdmin',
      'grant-office-admin takeBackAdmin',
      'grant-company-admin takeBackAdmin',
    ]);
    const tasks = accepted?.type === 'RescindAccepted' ? accepted.data.steps.filter((each) => each.kind === 'taskByHand') : [];
    expect(tasks.map((each) => each.target['task'])).toEqual(['record-greeting', 'provision-desk-phone']);
  });

  it('waits with the delete for the tasks of the hold, and stays where it is while they are worked on', () => {
    const asked = cut.then({ type: 'endHold', now: day(14) });
    expect(asked.state().phase).toBe('awaiting-delete-approval');
    expect(asked.then(start('mails-1', day(14))).state().phase).toBe('awaiting-delete-approval');
    expect(() => cut.then(start('mails-1', day(11)), verify('mails-1'))).not.toThrow();
  });

  it('shows the early steps as part of the cut', () => {
    const securing = given(opened())
      .then(...done(day(1), 'link'), planned(plan()), deciding('leaver'), { type: 'reachCutOff', now: day(10) })
      .then(...done(day(10), 'check'), start('routing-1', day(10)));
    expect(securing.state().phase).toBe('cutting-access');
    expect(viewOf(securing.state(), 1).steps.find((each) => each.id === 'routing-1')).toMatchObject({ early: true, phase: 'handing-over' });
  });
});

describe('an approval by people', () => {
  const asked = given(opened()).then(...done(day(1), 'link'), planned(plan()));

  it('is one of the plan as it stands; a deadline that passed is none', () => {
    expect(isApprovedByPeople(asked.state())).toBe(false);
    expect(isApprovedByPeople(asked.then(deciding('leaver')).state())).toBe(true);
    const late = asked.then({ type: 'passDeadline', stage: 'leaver', now: day(2) }, { type: 'reachCutOff', now: day(10) });
    expect(late.state().stages[0]?.status).toBe('expired');
    expect(isApprovedByPeople(late.state())).toBe(false);
  });
});
