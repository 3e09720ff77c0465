import { describe, expect, it } from '@jest/globals';
import type { OpenCase } from '@handover/case';
import { priorityOf } from './priority.ts';

const caseOf = (terms: object): OpenCase => ({ terms }) as unknown as OpenCase;
const leaver = (urgency: 'normal' | 'immediate'): OpenCase => caseOf({ kind: 'leaver', urgency });

describe('the budget of Dialpad calls', () => {
  it('lets an immediate leaver go first with everything, planning included', () => {
    expect([priorityOf(leaver('immediate')), priorityOf(leaver('immediate'), 'moveNumber')]).toEqual(['urgent', 'urgent']);
  });

  it('lets every leaver whose time has come lose access first, and the rest of it wait in line', () => {
    expect(['suspendUser', 'revokeCompanyAdmin', 'revokeOfficeAdmin'].map((step) => priorityOf(leaver('normal'), step))).toEqual([
      'urgent',
      'urgent',
      'urgent',
    ]);
    expect([priorityOf(leaver('normal')), priorityOf(leaver('normal'), 'moveNumber')]).toEqual(['normal', 'normal']);
  });

  it('knows no hurry of joiners', () => {
    expect(priorityOf(caseOf({ kind: 'joiner' }), 'inviteUser')).toBe('normal');
  });
});
