import { describe, expect, it } from '@jest/globals';
import type { Body, Played } from './played.ts';
import { playedAnew } from './played-anew.ts';

let sandbox: Played;
let user: Body;
let id: string;

playedAnew({ reservePool: 'true', noSeat: 'refuses', keepNumbers: 'refuses', numbersAbroad: 'un-assigned' }, (played, somebody) => {
  [sandbox, user, id] = [played, somebody, String(somebody['id'])];
});

const numbersOf = async (userId = id): Promise<string[]> => ((await sandbox.ok(`/users/${userId}`))['phone_numbers'] as string[] | undefined) ?? [];
const numberOf = async (userId = id): Promise<string> => (await numbersOf(userId))[0] ?? '';
const statusOf = async (number: string): Promise<unknown> => (await sandbox.call(`/numbers/${encodeURIComponent(number)}`)).body['status'];
const groupsOf = async (userId = id): Promise<string[]> =>
  (((await sandbox.ok(`/users/${userId}`))['group_details'] as Body[] | undefined) ?? []).map((each) => String(each['group_type']));
const free = async (officeName: string): Promise<Record<string, number>> => {
  const counts = await sandbox.ok(`/offices/${await sandbox.office(officeName)}/available_licenses`);
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, Number(count)]));
};

describe('a user who is moved to another office', () => {
  it('keeps everything in the same country, and takes a seat there', async () => {
    const [before, here, there] = [await numbersOf(), await free('San Francisco'), await free('New York')];
    const moved = await sandbox.ok(`/users/${id}/move_office`, 'PATCH', { office_id: await sandbox.office('New York') });
    expect(moved['phone_numbers']).toEqual(before);
    expect((await free('San Francisco'))['talk_lines']).toBe((here['talk_lines'] ?? 0) + 1);
    expect((await free('New York'))['talk_lines']).toBe((there['talk_lines'] ?? 0) - 1);
    expect(await sandbox.writes()).toEqual(['PATCH /users/{id}/move_office']);
  });

  it('abroad loses every number and gets one of the new office', async () => {
    await sandbox.ok(`/users/${id}/assign_number`, 'POST', { area_code: '415', primary: false });
    const before = await numbersOf();
    const moved = await sandbox.ok(`/users/${id}/move_office`, 'PATCH', { office_id: await sandbox.office('Berlin') });
    expect(before).toHaveLength(2);
    expect(moved).toMatchObject({ country: 'de', phone_numbers: [expect.stringMatching(/^\+4930/)] });
    expect(await Promise.all(before.map(statusOf))).toEqual(['available', 'available']);
  });

  it('abroad keeps internal numbers when there are no others', async () => {
    await sandbox.ok(`/users/${id}/unassign_number`, 'POST', { number: await numberOf() });
    await sandbox.ok(`/users/${id}/assign_number`, 'POST', { area_code: '803' });
    const moved = await sandbox.ok(`/users/${id}/move_office`, 'PATCH', { office_id: await sandbox.office('Berlin') });
    expect(moved['phone_numbers']).toEqual([expect.stringMatching(/^\+803/)]);
  });

  it('abroad loses the numbers for good where that is how it is played', async () => {
    await sandbox.switches({ numbersAbroad: 'lost' });
    const number = await numberOf();
    await sandbox.ok(`/users/${id}/move_office`, 'PATCH', { office_id: await sandbox.office('Berlin') });
    expect((await sandbox.call(`/numbers/${encodeURIComponent(number)}`)).status).toBe(404);
  });

  it('by an update is refused abroad while there are numbers, and moves without a new one afterwards', async () => {
    const office_id = await sandbox.office('Berlin');
    expect((await sandbox.call(`/users/${id}`, 'PATCH', { office_id })).status).toBe(409);
    await sandbox.ok(`/users/${id}/unassign_number`, 'POST', { number: await numberOf() });
    expect(await sandbox.ok(`/users/${id}`, 'PATCH', { office_id })).toMatchObject({ office_id, country: 'de' });
    expect(await numbersOf()).toEqual([]);
  });

  it('is refused when no seat is free there, and nothing changes', async () => {
    const office_id = await sandbox.office('New York');
    const seats = (await free('New York'))['talk_lines'] ?? 0;
    for (let n = 0; n < seats; n += 1) await sandbox.ok('/users', 'POST', { email: `n${n}@example.com`, office_id });
    const answer = await sandbox.call(`/users/${id}/move_office`, 'PATCH', { office_id });
    expect([answer.status, String((answer.body['error'] as Body)['message'])]).toEqual([400, expect.stringContaining('talk_lines')]);
    expect((await sandbox.ok(`/users/${id}`))['office_id']).toBe(user['office_id']);
  });
});

describe('a change of licence', () => {
  it('to Support keeps the number, and takes an additional number licence for it', async () => {
    const before = await free('San Francisco');
    await sandbox.ok(`/users/${id}`, 'PATCH', { license: 'lite_support_agents' });
    const after = await free('San Francisco');
    expect(await numbersOf()).toEqual(user['phone_numbers']);
    expect(after['contact_center_lines']).toBe((before['contact_center_lines'] ?? 0) - 1);
    expect(after['additional_number_lines']).toBe((before['additional_number_lines'] ?? 0) - 1);
    expect(after['talk_lines']).toBe((before['talk_lines'] ?? 0) + 1);
  });

  it('to Support without keeping numbers puts them into the pool', async () => {
    const number = await numberOf();
    await sandbox.ok(`/users/${id}`, 'PATCH', { license: 'lite_support_agents', keep_paid_numbers: false });
    expect(await numbersOf()).toEqual([]);
    expect(await statusOf(number)).toBe('available');
  });

  it('to Support with too few additional number licences is refused, or drops the number, as is played', async () => {
    const spare = (await free('San Francisco'))['additional_number_lines'] ?? 0;
    for (let n = 0; n < spare; n += 1) await sandbox.ok(`/users/${id}/assign_number`, 'POST', { area_code: '415', primary: false });
    expect((await sandbox.call(`/users/${id}`, 'PATCH', { license: 'lite_support_agents' })).status).toBe(400);
    await sandbox.switches({ keepNumbers: 'drops' });
    await sandbox.ok(`/users/${id}`, 'PATCH', { license: 'lite_support_agents' });
    expect(await numbersOf()).toHaveLength(spare);
  });

  it('away from a contact-center licence ends the memberships that need one, and no other', async () => {
    const agent = await sandbox.userOf('San Francisco', 'agents');
    const [center] = await sandbox.items('/callcenters');
    const [department] = await sandbox.items('/departments');
    await sandbox.call(`/callcenters/${center?.['id']}/operators`, 'POST', { user_id: agent['id'] });
    await sandbox.call(`/departments/${department?.['id']}/operators`, 'POST', { operator_id: agent['id'], operator_type: 'user' });
    expect(await groupsOf(String(agent['id']))).toEqual(expect.arrayContaining(['callcenter', 'department']));
    await sandbox.ok(`/users/${agent['id']}`, 'PATCH', { license: 'talk' });
    expect(await groupsOf(String(agent['id']))).not.toContain('callcenter');
    expect(await groupsOf(String(agent['id']))).toContain('department');
  });
});

describe('a user', () => {
  it('calls as themselves, or as a line of a group, or as nobody; a number of somebody else is refused', async () => {
    const [department] = await sandbox.items(`/departments?office_id=${await sandbox.office('Berlin')}`);
    const [line] = await sandbox.items('/numbers?status=available');
    await sandbox.ok(`/departments/${department?.['id']}/operators`, 'POST', { operator_id: id, operator_type: 'user' });
    await sandbox.ok(`/numbers/${encodeURIComponent(String(line?.['number']))}/assign`, 'POST', { target_type: 'department', target_id: department?.['id'] });
    const personas = (await sandbox.ok(`/users/${id}/personas`))['items'] as Body[];
    expect(personas[0]).toMatchObject({ id, type: 'user', phone_numbers: user['phone_numbers'] });
    expect(personas.find((each) => each['id'] === department?.['id'])).toMatchObject({ type: 'department', caller_id: line?.['number'] });
    expect(await sandbox.ok(`/users/${id}/caller_id`, 'POST', { caller_id: line?.['number'] })).toMatchObject({ caller_id: line?.['number'] });
    expect(await sandbox.ok(`/users/${id}/caller_id`, 'POST', { caller_id: 'blocked' })).toMatchObject({ caller_id: 'blocked' });
    expect((await sandbox.call(`/users/${id}/caller_id`, 'POST', { caller_id: '+19995550000' })).status).toBe(400);
  });

  it('is not disturbed everywhere, or in one group', async () => {
    const [department] = await sandbox.items(`/departments?office_id=${await sandbox.office('Berlin')}`);
    const quiet = { do_not_disturb: true, group_id: department?.['id'], group_type: 'department' };
    expect((await sandbox.call(`/users/${id}/togglednd`, 'PATCH', quiet)).status).toBe(404);
    await sandbox.ok(`/departments/${department?.['id']}/operators`, 'POST', { operator_id: id, operator_type: 'user' });
    await sandbox.ok(`/users/${id}/togglednd`, 'PATCH', quiet);
    await sandbox.ok(`/users/${id}/togglednd`, 'PATCH', quiet);
    const { do_not_disturb, group_details } = await sandbox.ok(`/users/${id}`);
    expect(do_not_disturb).toBe(false);
    expect((group_details as Body[]).filter((each) => each['do_not_disturb']).map((each) => each['group_id'])).toEqual([department?.['id']]);
    await sandbox.ok(`/users/${id}/togglednd`, 'PATCH', { do_not_disturb: true });
    expect(await sandbox.ok(`/users/${id}`)).toMatchObject({ do_not_disturb: true });
    expect((await sandbox.writes()).filter((each) => each === 'PATCH /users/{id}/togglednd')).toHaveLength(2);
  });

  it('has a status until it expires', async () => {
    const { now } = (await sandbox.control('/state')).body;
    const expiration = Math.floor(Date.parse(String(now)) / 1_000) + 3_600;
    await sandbox.ok(`/users/${id}/status`, 'PATCH', { status_message: 'on leave', expiration });
    expect(await sandbox.ok(`/users/${id}`)).toMatchObject({ status_message: 'on leave' });
    await sandbox.control('/clock', { advance: 'PT2H' });
    expect(await sandbox.ok(`/users/${id}`)).toMatchObject({ status_message: '' });
  });

  it('has an emergency address of their own, or the one set for the whole office', async () => {
    const address = { address: '1 Main St', city: 'Oakland', state: 'CA', zip: '94601', country: 'us' };
    expect(await sandbox.ok(`/users/${id}/e911`)).toEqual({});
    await sandbox.ok(`/users/${id}/e911`, 'PUT', address);
    expect(await sandbox.ok(`/users/${id}/e911`)).toEqual(address);
    const moved = { ...address, address: '2 Main St' };
    await sandbox.ok(`/offices/${user['office_id']}/e911`, 'PUT', { ...moved, update_all: true });
    expect(await sandbox.ok(`/users/${id}/e911`)).toEqual(moved);
    expect(await sandbox.ok(`/offices/${user['office_id']}/e911`)).toEqual(moved);
  });

  it('is refused an address that somebody else has, whatever its case', async () => {
    const other = await sandbox.userOf('New York');
    const [email] = other['emails'] as string[];
    expect((await sandbox.call(`/users/${id}`, 'PATCH', { emails: [email?.toUpperCase()] })).status).toBe(409);
    expect((await sandbox.call('/users', 'POST', { email: email?.toUpperCase(), office_id: user['office_id'] })).status).toBe(409);
  });

  it('has numbers that an update puts in another order or removes, and never adds', async () => {
    await sandbox.ok(`/users/${id}/assign_number`, 'POST', { area_code: '415', primary: false });
    const [first = '', second = ''] = await numbersOf();
    expect((await sandbox.ok(`/users/${id}`, 'PATCH', { phone_numbers: [second, first] }))['phone_numbers']).toEqual([second, first]);
    expect((await sandbox.ok(`/users/${id}`, 'PATCH', { phone_numbers: [second] }))['phone_numbers']).toEqual([second]);
    expect(await statusOf(first)).toBe('available');
    expect((await sandbox.call(`/users/${id}`, 'PATCH', { phone_numbers: [first, second] })).status).toBe(400);
  });

  it('has a device that shows when it registered', async () => {
    const [device] = await sandbox.items('/userdevices');
    expect(await sandbox.ok(`/userdevices/${device?.['id']}`)).toEqual(device);
    expect(device).toHaveProperty('date_registered');
    expect((await sandbox.call('/userdevices/none')).status).toBe(404);
    const owner = String(device?.['user_id']);
    const [phone] = await sandbox.items(`/users/${owner}/deskphones`);
    expect(await sandbox.ok(`/users/${owner}/deskphones/${phone?.['id']}`)).toEqual(phone);
    expect((await sandbox.call(`/users/${id}/deskphones/${phone?.['id']}`)).status).toBe(404);
  });
});
