import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDialpad, type Dialpad } from '@handover/connector-dialpad';
import { isConnectorError, rateBudget, type ConnectorError } from '@handover/connector-kit';
import { play, type Body, type Played } from './played.ts';
import { readings } from './readings.ts';
import { verbs, type Company } from './verbs.ts';

const USERS = 40;
let played: Played;
let company: Company;

const connect = (fetch: typeof globalThis.fetch = globalThis.fetch): Dialpad =>
  createDialpad({ baseUrl: played.url, apiKey: { reveal: () => 'key' }, budget: rateBudget(5_000), timeoutMs: 400, settle: [5, 20], fetch });

beforeAll(async () => {
  played = await play({ users: USERS, seed: 5 });
});
afterAll(() => played.stop());

beforeEach(async () => {
  await played.control('/faults', undefined, 'DELETE');
  await played.reset(USERS, 5);
  const dialpad = connect();
  const [home, near, users] = [await played.office('San Francisco'), await played.office('New York'), await played.items('/users?state=active')];
  const plain = users.filter((each) => each['office_id'] === home && each['license'] === 'talk' && !each['is_super_admin'] && !each['is_admin']);
  const read = await Promise.all(plain.map((each) => dialpad.readUser(String(each['id']))));
  const [user, other] = read.flatMap((each) => (each && each.groupDetails.length === 0 && each.phoneNumbers.length > 0 ? [each] : []));
  const [pooled] = await dialpad.pooledNumbers(home);
  if (!user || !other || !pooled) throw new Error('the seeded company has nobody to play with');
  const channel = await played.ok('/channels', 'POST', { name: 'all', description: 'all', privacy_type: 'public' });
  company = {
    dialpad,
    user,
    other,
    pooled,
    offices: { home, near },
    department: String((await played.items('/departments'))[0]?.['id']),
    callCenter: String((await played.items('/callcenters'))[0]?.['id']),
    coachingTeam: String((await played.items('/coachingteams'))[0]?.['id']),
    channel: String(channel['id']),
    startedAt: new Date().toISOString(),
  };
});

const arm = async (operation: string, fault: string, more: Body = {}): Promise<void> => {
  expect((await played.control('/faults', { operation, nth: 1, fault, ...more })).status).toBe(200);
};
const writesOf = async (operation: string): Promise<number> => (await played.writes()).filter((each) => each === operation).length;
const failureOf = async (doing: Promise<unknown>): Promise<ConnectorError> => {
  const failure = await doing.then(
    (value) => new Error(`came back with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (!isConnectorError(failure)) throw failure;
  return failure;
};
const rows = verbs.map((each) => [each.says, each] as const);

describe('the connector', () => {
  it('has no verb that is not tried here', () => {
    const tried = new Set<string>([...verbs.map((each) => each.verb), ...Object.keys(readings)]);
    expect(Object.keys(company.dialpad).filter((each) => !tried.has(each))).toEqual([]);
  });
});

describe.each(rows)('a promise that %s', (_says, { write, read, of }) => {
  it('is kept by one write, however often it is asked for, and shows in another reading', async () => {
    const { keep, holds } = await of(company);
    const before = await writesOf(write);
    expect(await holds()).toBe(false);
    expect([await keep(false), await keep(false), await keep(true)]).toEqual([{ changed: true }, { changed: false }, { changed: false }]);
    expect([await holds(), (await writesOf(write)) - before]).toEqual([true, 1]);
  });

  it.each(['lost-reply', 'timeout-after'])('whose answer does not come (%s) is found kept, at once and by the repeat', async (fault) => {
    const { keep, holds } = await of(company);
    const before = await writesOf(write);
    await arm(write, fault);
    expect([await keep(false), await keep(true)]).toEqual([{ changed: true }, { changed: false }]);
    expect([await holds(), (await writesOf(write)) - before]).toEqual([true, 1]);
  });

  it.each([
    ['timeout-before', 'unavailable', true],
    ['500', 'unavailable', true],
    ['429', 'throttled', false],
  ] as const)('that Dialpad does not take (%s) fails as %s and is kept by the repeat', async (fault, kind, isAmbiguous) => {
    const { keep, holds } = await of(company);
    const before = await writesOf(write);
    await arm(write, fault);
    const failure = await failureOf(keep(false));
    expect([failure.kind, failure.ambiguous]).toEqual([kind, isAmbiguous]);
    expect(await keep(true)).toEqual({ changed: true });
    expect([await holds(), (await writesOf(write)) - before]).toEqual([true, 1]);
  });

  it('that Dialpad takes and does not keep is shown by the other reading, and kept by the repeat', async () => {
    const { keep, holds } = await of(company);
    const before = await writesOf(write);
    await arm(write, 'no-op');
    expect(await keep(false)).toEqual({ changed: true });
    expect(await holds()).toBe(false);
    expect(await keep(true)).toEqual({ changed: true });
    expect([await holds(), (await writesOf(write)) - before]).toEqual([true, 1]);
  });

  it('is not kept twice because a reading lags behind', async () => {
    const { keep, holds } = await of(company);
    const before = await writesOf(write);
    await keep(false);
    await arm(read, 'stale-read');
    await keep(true);
    expect([await holds(), (await writesOf(write)) - before]).toEqual([true, 1]);
  });
});

describe('what others do meanwhile', () => {
  it('is seen by the reading after the write: another admin lets a suspended user in again', async () => {
    const { dialpad, user } = company;
    await arm('PATCH /users/{id}', 'drift', { change: 'reactivate' });
    expect(await dialpad.suspendUser(user.id)).toEqual({ changed: true });
    expect((await dialpad.readUser(user.id))?.state).toBe('active');
    expect(await dialpad.suspendUser(user.id)).toEqual({ changed: true });
  });

  it('is no reason to take a number out of other hands', async () => {
    const { dialpad, user, other } = company;
    const [number = ''] = user.phoneNumbers;
    await played.ok(`/numbers/${encodeURIComponent(number)}/assign`, 'POST', { target_id: other.id, target_type: 'user' });
    expect((await failureOf(dialpad.poolNumber(number, { from: user.id }))).code).toBe('number-taken');
    expect((await failureOf(dialpad.releaseNumber(number))).code).toBe('number-taken');
    expect((await dialpad.readNumber(number))?.targetId).toBe(other.id);
  });

  it('brings a deleted user back under another id, and the old one stays deleted', async () => {
    const { dialpad, user } = company;
    const [email = ''] = user.emails;
    await arm('DELETE /users/{id}', 'scim-recreate');
    await dialpad.deleteUser(user.id);
    await played.control('/clock', { advance: 'PT41M' });
    const [back] = await dialpad.findUsersByEmail(email);
    expect(back?.id).not.toBe(user.id);
    expect((await dialpad.readUser(user.id))?.state).toBe('deleted');
    expect(await dialpad.deleteUser(user.id)).toEqual({ changed: false });
  });

  it('is no invitation of ours: a user who was there before the step began is never adopted', async () => {
    const { dialpad, offices } = company;
    const invitation = { email: 'new.comer@example.com', givenName: 'N', familyName: 'C', officeId: offices.home, license: 'talk' };
    await played.ok('/users', 'POST', { email: invitation.email, office_id: offices.home });
    const startedAt = new Date(Date.now() + 3_600_000).toISOString();
    expect((await failureOf(dialpad.inviteUser(invitation, { startedAt, repeated: true }))).code).toBe('user-exists');
    expect(await dialpad.findUsersByEmail(invitation.email)).toHaveLength(1);
  });
});

describe('readings', () => {
  it.each(Object.entries(readings))('of %s change nothing and find something', async (_name, reading) => {
    await played.control('/faults', undefined, 'DELETE');
    const before = (await played.writes()).length;
    expect(await reading?.(company)).toBeDefined();
    expect((await played.writes()).length).toBe(before);
  });

  /** What makes an answer an answer; everything else may be missing, and more may come. */
  const KEPT = ['id', 'number', 'items', 'users', 'cursor', 'state', 'group_id', 'group_type', 'group_details', 'ivr_type', 'ivrs', 'request_id', 'status'];
  const stripped = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(stripped);
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(([name]) => KEPT.includes(name));
    return { ...Object.fromEntries(kept.map(([name, each]) => [name, stripped(each)])), field_of_next_year: { more: [1] } };
  };
  const strippingFetch: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    return new Response(JSON.stringify(stripped(await answer.json())), { status: answer.status });
  };

  it.each(Object.entries(readings))('of %s live with fields that are missing and fields nobody knows', async (_name, reading) => {
    await expect(Promise.resolve(reading?.({ ...company, dialpad: connect(strippingFetch) }))).resolves.not.toThrow();
  });
});
