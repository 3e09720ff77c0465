import { describe, expect, it } from '@jest/globals';
import type { OpenCase, Phase, StepKind } from '@handover/case';
import { priorityOf } from './priority.ts';

const caseOf = (terms: object, phase: Phase = 'scheduled'): OpenCase => ({ terms, phase }) as unknown as OpenCase;
const leaver = (urgency: 'normal' | 'immediate', phase?: Phase): OpenCase => caseOf({ kind: 'leaver', urgency }, phase);
const step = (kind: StepKind, more: { readonly phase?: Phase; readonly early?: boolean } = {}) => ({ kind, phase: 'handing-over' as const, ...more });

const CUTS = ['suspendUser', 'revokeCompanyAdmin', 'revokeOfficeAdmin'] as const;

describe('the budget of Dialpad calls', () => {
  it('lets an immediate leaver go first with everything, planning included', () => {
    expect([priorityOf(leaver('immediate')), priorityOf(leaver('immediate'), step('moveNumber'))]).toEqual(['urgent', 'urgent']);
  });

  it('lets every leaver whose time has come lose access first, and the rest of it wait in line', () => {
    expect(CUTS.map((kind) => priorityOf(leaver('normal'), step(kind)))).toEqual(['urgent', 'urgent', 'urgent']);
    expect([priorityOf(leaver('normal')), priorityOf(leaver('normal'), step('moveNumber'))]).toEqual(['normal', 'normal']);
  });

  it('knows no hurry of joiners', () => {
    expect(priorityOf(caseOf({ kind: 'joiner' }), step('inviteUser', { phase: 'inviting' }))).toBe('normal');
  });

  it('lets go first what the cut waits for: the check, and lines that are pointed elsewhere before it', () => {
    expect(priorityOf(leaver('normal'), step('checkLeaver', { phase: 'cutting-access' }))).toBe('urgent');
    expect(priorityOf(leaver('normal', 'cutting-access'), step('repointRouting', { early: true }))).toBe('urgent');
    expect(priorityOf(leaver('normal', 'handing-over'), step('repointRouting', { early: true }))).toBe('normal');
  });

  it('lets whoever loses access go first in every kind of case', () => {
    for (const kind of CUTS) expect(priorityOf(caseOf({ kind: 'mover' }), step(kind, { phase: 'changing' }))).toBe('urgent');
    expect(priorityOf(caseOf({ kind: 'joiner' }), step('suspendUser', { phase: 'awaiting-acceptance' }))).toBe('urgent');
  });
});
