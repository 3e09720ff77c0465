import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from './policy.ts';

describe('a policy file', () => {
  it('keeps the default of everything it does not name', () => {
    const policy = parsePolicy('hold: 90s\npurge: { checkEvery: 1s }', 'test');

    expect(policy.hold).toBe(90_000);
    expect(policy.purge).toEqual({ after: 72 * 3_600_000, checkEvery: 1_000, overdue: 24 * 3_600_000 });
    expect(policy.approvals['leaver-delete']).toEqual([{ stage: 'delete', needed: 1, by: ['approver'] }]);
  });

  it('has another version as soon as it says anything else', () => {
    expect(parsePolicy('hold: 1h', 'a').version).not.toBe(parsePolicy('hold: 2h', 'a').version);
    expect(parsePolicy('hold: 1h', 'a').version).toBe(parsePolicy('hold: 60m', 'b').version);
  });

  it.each([
    ['hold: soon', 'hold: expected a duration'],
    ['approvals: { leaver-delete: [] }', 'approvals.leaver-delete'],
    ['holdd: 1h', 'holdd'],
    ['approvals: { leaver: [{ stage: delete, by: [approver] }] }', 'named twice'],
    ['massChange: { share: lots }', 'massChange.share'],
    ['timeZone: Mars/Olympus', 'timeZone'],
    ['{', 'neither YAML nor JSON'],
  ])('that says %j is refused with the path and what was expected', (text, message) => {
    expect(() => parsePolicy(text, 'test')).toThrow(message);
  });
});
