import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaseView } from '@handover/case';
import { createDialpad, type DialpadUser } from '@handover/connector-dialpad';
import { startSandbox } from '@handover/dialpad-sandbox';
import { startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

let world: SkippedTime;
let owner: DialpadUser;

const stuckAt = (caseId: string, step: string): Promise<CaseView> => world.until(caseId, `the block at ${step}`, (view) => view.attention?.step === step);

/** Equal seeds give equal companies: who will be an admin there can be named in the policy before. */
const adminOf = async (company: { users: number; seed: number }): Promise<DialpadUser> => {
  const sandbox = await startSandbox(company);
  try {
    const [admin] = await createDialpad({ baseUrl: sandbox.url, apiKey: { reveal: () => 'test' } }).companyAdmins();
    if (!admin) throw new Error('no admin is seeded');
    return admin;
  } finally {
    await sandbox.stop();
  }
};

beforeAll(async () => {
  const company = { users: 60, seed: 7 };
  owner = await adminOf(company);
  world = await startSkippedTime(`apiKeyOwner: "${owner.id}"`, company);
  await world.dialpad.setAdminOffices(owner.id, [owner.officeId]);
}, 60_000);
afterAll(() => world.stop(), 30_000);

describe('whoever owns the API key that Handover works with', () => {
  it('keeps their admin rights as a mover, also where the check was waived', async () => {
    const caseId = await world.changes(owner, { adminRole: null });
    expect((await stuckAt(caseId, 'check')).attention?.code).toBe('mover.api_key_owner');
    await world.waive(caseId, 'check');
    expect((await stuckAt(caseId, 'admin-company')).attention?.code).toBe('mover.api_key_owner');
    await world.waive(caseId, 'admin-company');
    expect((await stuckAt(caseId, 'admin-offices')).attention?.code).toBe('mover.api_key_owner');
    await world.waive(caseId, 'admin-offices');
    await world.until(caseId, 'the end', (view) => view.closed);
    expect(await world.user(owner.id)).toMatchObject({ isSuperAdmin: true, adminOfficeIds: [owner.officeId] });
  }, 60_000);

  it('is changed without a question where their rights stay', async () => {
    const caseId = await world.changes(owner, { givenName: 'Again' });
    expect(await world.ended(caseId)).toMatchObject({ phase: 'done', attention: null });
    expect((await world.user(owner.id))?.firstName).toBe('Again');
  }, 60_000);

  it('keeps access as a leaver until somebody else has a key', async () => {
    const caseId = await world.leaves(owner, { lastWorkingDay: '2020-01-01' });
    await world.approveWhenAsked(caseId, 'leaver');
    expect((await stuckAt(caseId, 'check')).attention?.code).toBe('leaver.api_key_owner');
    expect((await world.user(owner.id))?.state).toBe('active');
  }, 60_000);
});
