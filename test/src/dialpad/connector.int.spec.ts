import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDialpad, type Dialpad, type DialpadUser, type Office } from '@handover/connector-dialpad';
import { isConnectorError, rateBudget } from '@handover/connector-kit';
import { startSandbox, type Sandbox } from '@handover/dialpad-sandbox';

let sandbox: Sandbox;
let dialpad: Dialpad;
let office: Office;
let user: DialpadUser;
let other: DialpadUser;

const control = async <T>(path: string, body?: object, method = body ? 'POST' : 'GET'): Promise<T> =>
  (await (await fetch(`${sandbox.url}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) })).json()) as T;
const writes = async (): Promise<string[]> => (await control<{ operation: string }[]>('/sandbox/writes?log=1')).map((each) => each.operation);
const reread = async (id: string): Promise<DialpadUser> => {
  const found = await dialpad.readUser(id);
  if (!found) throw new Error('the user is gone');
  return found;
};

beforeAll(async () => {
  sandbox = await startSandbox({ users: 30, seed: 5 });
  dialpad = createDialpad({ baseUrl: sandbox.url, apiKey: { reveal: () => 'key' }, budget: rateBudget(1_000), timeoutMs: 500, settle: [20] });
}, 30_000);
afterAll(() => sandbox.stop());

beforeEach(async () => {
  await control('/sandbox/switches', { rateLimit: 'off', reservePool: 'true', noSeat: 'refuses' });
  await control('/sandbox/reset', { users: 30, seed: 5 });
  office = (await dialpad.offices()).find((each) => each.name === 'Berlin') as Office;
  const { items } = await control<{ items: { id: string; phone_numbers?: string[]; is_super_admin: boolean }[] }>('/api/v2/users?state=active&apikey=k');
  const [first, second] = items.filter((each) => (each.phone_numbers ?? []).length > 0 && !each.is_super_admin);
  user = await reread(first?.id ?? '');
  other = await reread(second?.id ?? '');
});

const invitation = () => ({ email: 'new.comer@example.com', givenName: 'New', familyName: 'Comer', officeId: office.id, license: 'talk' });
const number = (): string => user.phoneNumbers[0] ?? '';

describe('a number', () => {
  it('that somebody else holds is never taken', async () => {
    const failure = await dialpad.assignNumber({ number: other.phoneNumbers[0] ?? '', target: { type: 'user', id: user.id }, primary: true }).then(
      () => null,
      (error: unknown) => error,
    );
    expect(isConnectorError(failure, 'conflict') && failure.code).toBe('number-taken');
    expect(await writes()).toEqual([]);
  });

  it('that is pooled by a company without a pool is lost, and reads back as lost', async () => {
    await control('/sandbox/switches', { reservePool: 'false' });
    await dialpad.poolNumber(number());
    expect(await dialpad.readNumber(number())).toBeNull();
  });
});

describe('an invitation', () => {
  it('never adopts a user who was there before the step began', async () => {
    await dialpad.inviteUser(invitation(), { startedAt: new Date().toISOString() });
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const failure = await dialpad.inviteUser(invitation(), { startedAt: later }).then(
      () => null,
      (error: unknown) => error,
    );
    expect(isConnectorError(failure, 'conflict') && failure.code).toBe('user-exists');
  });

  it('without a free seat is refused, and nothing is bought', async () => {
    const free = (await dialpad.freeSeats(office.id)).talk;
    for (let n = 0; n < free; n += 1) await dialpad.inviteUser({ ...invitation(), email: `n${n}@example.com` }, { startedAt: new Date().toISOString() });
    const failure = await dialpad.inviteUser(invitation(), { startedAt: new Date().toISOString() }).then(
      () => null,
      (error: unknown) => error,
    );
    expect(isConnectorError(failure) && failure.code).toBe('no-seat');
  });
});

describe('call routing', () => {
  it('is pointed at somebody else and the rest of it stays as it was', async () => {
    const rung = (await Promise.all((await dialpad.departments()).map(async (each) => each.routing_options?.open?.action_target_id))).find((id) => id);
    const references = await dialpad.routingReferences(rung ?? '');
    const [reference] = references.filter((each) => each.where.type === 'department');
    if (!reference) throw new Error('the seed has a department that rings at a user');
    const [heir] = (await dialpad.companyAdmins()).filter((each) => each.id !== rung);
    if (!heir) throw new Error('nobody to take over');
    const before = (await dialpad.departments()).find((each) => each.id === reference.where.id);
    await dialpad.repointRouting(reference, { type: 'user', id: heir.id });
    await dialpad.repointRouting(reference, { type: 'user', id: heir.id });
    const after = (await dialpad.departments()).find((each) => each.id === reference.where.id);
    expect(after?.routing_options?.open).toMatchObject({ action: before?.routing_options?.open?.action, action_target_id: heir.id });
    expect(after?.routing_options?.closed).toEqual(before?.routing_options?.closed);
    expect((await writes()).filter((each) => each === 'PATCH /departments/{id}')).toHaveLength(1);
    expect((await dialpad.routingReferences(rung ?? '')).some((each) => each.where.id === reference.where.id)).toBe(false);
  });
});

describe('an answer that is no success', () => {
  it('is told apart: throttled, unavailable, unauthorized, not found', async () => {
    await control('/sandbox/faults', { operation: 'GET /company', nth: 1, fault: '429' });
    await control('/sandbox/faults', { operation: 'GET /offices', nth: 1, fault: '500' });
    const kinds = await Promise.all(
      [dialpad.company(), dialpad.offices(), dialpad.suspendUser('1')].map((call) =>
        call.then(
          () => 'ok',
          (error: unknown) => (isConnectorError(error) ? error.kind : 'other'),
        ),
      ),
    );
    expect(kinds).toEqual(['throttled', 'unavailable', 'not-found']);
    expect(await dialpad.readUser('1')).toBeNull();
  });

  it('names the operation and never a value', async () => {
    const failure = await dialpad.assignNumber({ number: '+19995550000', target: { type: 'user', id: user.id }, primary: true }).then(
      () => null,
      (error: unknown) => error as Error,
    );
    expect(failure?.message).toBe('POST /numbers/{number}/assign: number-unknown');
  });
});

describe('calls of one process', () => {
  it("stay under Dialpad's 20 a second, and are all answered", async () => {
    await control('/sandbox/switches', { rateLimit: 'on' });
    await control('/sandbox/reset', { users: 30, seed: 5 });
    const polite = createDialpad({ baseUrl: sandbox.url, apiKey: { reveal: () => 'key' } });
    const answers = await Promise.all(
      Array.from({ length: 45 }, () =>
        polite.company().then(
          () => 'ok',
          (error: unknown) => String(error),
        ),
      ),
    );
    expect(new Set(answers)).toEqual(new Set(['ok']));
  }, 15_000);
});
