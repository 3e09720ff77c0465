import { describe, expect, it } from '@jest/globals';
import type { Body, Played } from './played.ts';
import { playedAnew } from './played-anew.ts';

let sandbox: Played;
let user: Body;
let id: string;
let officeId: string;

playedAnew({ reservePool: 'true', emptyAnswer: 'object' }, (played, somebody) => {
  [sandbox, user, id] = [played, somebody, String(somebody['id'])];
  officeId = String(somebody['office_id']);
});

const numberOf = async (number: string): Promise<Body> => sandbox.ok(`/numbers/${encodeURIComponent(number)}`);
const free = async (counter: string): Promise<number> => Number((await sandbox.ok(`/offices/${officeId}/available_licenses`))[counter]);

describe('a swap of numbers', () => {
  const swap = (swap_details?: object) =>
    sandbox.call('/numbers/swap', 'POST', { target: { target_type: 'user', target_id: id }, ...(swap_details ? { swap_details } : {}) });

  it('takes one of the pool first, and the old one goes there', async () => {
    const [old = ''] = user['phone_numbers'] as string[];
    const { body } = await swap();
    expect((await sandbox.ok(`/users/${id}`))['phone_numbers']).toEqual([body['number']]);
    expect(body).toMatchObject({ status: 'user', target_id: id });
    expect(await numberOf(old)).toMatchObject({ status: 'available' });
  });

  it('with a given number wants it pooled, and a company that has a pool', async () => {
    const [pooled] = await sandbox.items('/numbers?status=available');
    const other = ((await sandbox.userOf('New York'))['phone_numbers'] as string[])[0];
    expect((await swap({ type: 'provided_number', number: other })).status).toBe(409);
    await sandbox.switches({ reservePool: 'false' });
    expect((await swap({ type: 'provided_number', number: pooled?.['number'] })).status).toBe(400);
    await sandbox.switches({ reservePool: 'true' });
    expect((await swap({ type: 'provided_number', number: pooled?.['number'] })).body).toMatchObject({ number: pooled?.['number'] });
  });
});

describe('a number', () => {
  it('is written in both ways', async () => {
    expect(await sandbox.ok('/numbers/format?country_code=us&number=(415)%20555-0101', 'POST')).toEqual({
      area_code: '415',
      country_code: 'us',
      e164_number: '+14155550101',
      local_number: '(415) 555-0101',
    });
    expect((await sandbox.call('/numbers/format?number=5550101', 'POST')).status).toBe(400);
  });

  it('of a main line goes when another one stays', async () => {
    const [mainLine] = (await sandbox.ok(`/offices/${officeId}`))['phone_numbers'] as string[];
    expect((await sandbox.call(`/offices/${officeId}/unassign_number`, 'POST', { number: mainLine })).status).toBe(409);
    await sandbox.ok(`/offices/${officeId}/assign_number`, 'POST', {});
    expect(await sandbox.ok(`/offices/${officeId}/unassign_number`, 'POST', { number: mainLine })).toMatchObject({ status: 'available' });
  });

  it('that is released has no status any more, and is gone', async () => {
    const [pooled] = await sandbox.items('/numbers?status=available');
    const path = `/numbers/${encodeURIComponent(String(pooled?.['number']))}`;
    expect(await sandbox.ok(`${path}?release=True`, 'DELETE')).not.toHaveProperty('status');
    expect((await sandbox.call(path)).status).toBe(404);
  });
});

describe('a call router', () => {
  const wanted = () => ({ name: 'Night', office_id: officeId, default_target_type: 'user', default_target_id: id, routing_url: 'https://example.com/route' });

  it('is made with a secret that is long enough, has numbers, and gives them back when it goes', async () => {
    expect((await sandbox.call('/callrouters', 'POST', { ...wanted(), secret: 'short' })).status).toBe(400);
    const router = await sandbox.ok('/callrouters', 'POST', { ...wanted(), secret: 'x'.repeat(32) });
    expect(router).toMatchObject({ signature: { algo: 'HS256', type: 'jwt' }, enabled: true });
    const { number } = await sandbox.ok(`/callrouters/${router['id']}/assign_number`, 'POST', { area_code: '415' });
    expect(await numberOf(String(number))).toMatchObject({ status: 'call_router', target_type: 'callrouter' });
    expect(await sandbox.ok(`/callrouters/${router['id']}`)).toMatchObject({ phone_numbers: [number] });
    expect(await sandbox.ok(`/callrouters/${router['id']}`, 'DELETE')).toEqual({});
    expect(await numberOf(String(number))).toMatchObject({ status: 'available' });
  });

  it('never points at somebody who is not there', async () => {
    expect((await sandbox.call('/callrouters', 'POST', { ...wanted(), default_target_id: '1' })).status).toBe(404);
  });

  it('that is deleted is answered with nothing at all where that is how it is played', async () => {
    const router = await sandbox.ok('/callrouters', 'POST', wanted());
    await sandbox.switches({ emptyAnswer: 'nothing' });
    const answer = await fetch(`${sandbox.url}/api/v2/callrouters/${router['id']}`, { method: 'DELETE', headers: { authorization: 'Bearer k' } });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });
});

describe('a department', () => {
  it('is made, changed, and deleted with its numbers pooled', async () => {
    const made = await sandbox.ok('/departments', 'POST', { name: 'Returns', office_id: officeId, ring_seconds: 20 });
    expect(made).toMatchObject({ name: 'Returns', ring_seconds: '20', state: 'active', routing_options: { open: { action: 'voicemail' } } });
    const { number } = await sandbox.ok('/numbers/assign', 'POST', { target_type: 'department', target_id: made['id'] });
    await sandbox.ok(`/departments/${made['id']}`, 'PATCH', { hold_queue: { max_hold_count: 5 } });
    await sandbox.ok(`/departments/${made['id']}`, 'PATCH', { hold_queue: { max_hold_count: 5 } });
    expect(await sandbox.ok(`/departments/${made['id']}`)).toMatchObject({ hold_queue: { max_hold_count: '5' }, ring_seconds: '20' });
    expect((await sandbox.writes()).filter((each) => each === 'PATCH /departments/{id}')).toHaveLength(1);
    expect(await sandbox.ok(`/departments/${made['id']}`, 'DELETE')).toMatchObject({ state: 'deleted' });
    expect((await sandbox.call(`/departments/${made['id']}`)).status).toBe(404);
    expect(await numberOf(String(number))).toMatchObject({ status: 'available' });
  });

  it('refuses routing with one half, and routing to nobody', async () => {
    const [department] = await sandbox.items('/departments');
    const closed = { action: 'voicemail', try_dial_operators: false };
    const patch = (routing_options: object) => sandbox.wrong(`/departments/${department?.['id']}`, 'PATCH', { routing_options });
    expect((await patch({ closed })).status).toBe(400);
    expect((await patch({ closed, open: { ...closed, action: 'nonsense' } })).status).toBe(400);
    expect((await patch({ closed, open: { ...closed, action: 'person', action_target_type: 'user', action_target_id: 1 } })).status).toBe(404);
    expect((await patch({ closed, open: { ...closed, action: 'person', action_target_type: 'user', action_target_id: Number(id) } })).status).toBe(200);
  });

  it('says who is mailed about voicemail, as the office does, and cannot be told otherwise', async () => {
    const [department] = await sandbox.items('/departments');
    const emails = department?.['voicemail_notification_emails'];
    expect(emails).toEqual([expect.stringContaining('@')]);
    const { body: changed } = await sandbox.wrong(`/departments/${department?.['id']}`, 'PATCH', { voicemail_notification_emails: [] });
    expect(changed['voicemail_notification_emails']).toEqual(emails);
    expect(await sandbox.ok(`/offices/${officeId}`)).toHaveProperty('voicemail_notification_emails');
  });
});

describe('a call center', () => {
  const center = async (): Promise<string> => String((await sandbox.ok('/callcenters', 'POST', { name: 'Help', office_id: officeId }))['id']);

  it('takes a licence for an operator who has none, and does not give it back', async () => {
    const [centerId, before] = [await center(), await free('sell_lines')];
    await sandbox.ok(`/callcenters/${centerId}/operators`, 'POST', { user_id: id });
    expect(await free('sell_lines')).toBe(before - 1);
    await sandbox.ok(`/callcenters/${centerId}/operators`, 'DELETE', { user_id: id });
    expect(await free('sell_lines')).toBe(before - 1);
    expect((await sandbox.call(`/callcenters/${centerId}/operators`, 'DELETE', { user_id: id })).status).toBe(404);
  });

  it('knows the skill of its operators, between 1 and 100', async () => {
    const centerId = await center();
    const path = `/callcenters/${centerId}/operators/${id}/skill`;
    expect((await sandbox.call(path)).status).toBe(404);
    await sandbox.ok(`/callcenters/${centerId}/operators`, 'POST', { user_id: id, skill_level: 40 });
    expect(await sandbox.ok(path)).toEqual({ call_center_id: centerId, user_id: id, skill_level: '40' });
    expect((await sandbox.call(path, 'PATCH', { skill_level: 101 })).status).toBe(400);
    await sandbox.ok(path, 'PATCH', { skill_level: 60 });
    await sandbox.ok(path, 'PATCH', { skill_level: 60 });
    expect(await sandbox.ok(path)).toMatchObject({ skill_level: '60' });
    expect((await sandbox.writes()).filter((each) => each.endsWith('/skill'))).toHaveLength(1);
  });

  it('has operators who are on duty in all of them at once', async () => {
    const path = `/callcenters/operators/${id}/dutystatus`;
    expect((await sandbox.call(path)).status).toBe(404);
    await sandbox.ok(`/callcenters/${await center()}/operators`, 'POST', { user_id: id });
    expect(await sandbox.ok(path)).toMatchObject({ on_duty: false });
    expect(await sandbox.ok(path, 'PATCH', { on_duty: true })).toMatchObject({ on_duty: true, on_duty_status: 'available' });
    expect(await sandbox.ok(`/users/${id}`)).toMatchObject({ is_on_duty: true, on_duty_started: expect.stringMatching(/T\d\d:\d\d:\d\d$/) });
  });
});

describe('a greeting', () => {
  const file = Buffer.from('sound').toString('base64');

  it.each(['user', 'office', 'department', 'callcenter'])('of a %s is recorded, chosen among others, named and deleted', async (target_type) => {
    const lines: Readonly<Record<string, string>> = { office: '/offices', department: '/departments', callcenter: '/callcenters' };
    const target_id = target_type === 'user' ? id : String((await sandbox.items(lines[target_type] ?? ''))[0]?.['id']);
    const record = (name: string) => sandbox.ok('/customivrs', 'POST', { target_type, target_id, ivr_type: 'VM_UNAVAILABLE', file, name });
    const [first, second] = [await record('first'), await record('second')];
    const chosen = async (): Promise<unknown> => {
      const [group] = await sandbox.items(`/customivrs?target_type=${target_type}&target_id=${target_id}`);
      return (group?.['ivrs'] as Body[] | undefined)?.filter((each) => each['selected']).map((each) => each['name']);
    };
    expect(await chosen()).toEqual(['second']);
    const path = `/customivrs/${target_type}/${target_id}/VM_UNAVAILABLE`;
    await sandbox.ok(path, 'PATCH', { ivr_id: first['id'] });
    expect(await chosen()).toEqual(['first']);
    await sandbox.ok(`/customivrs/${first['id']}`, 'PATCH', { name: 'has left' });
    expect(await chosen()).toEqual(['has left']);
    await sandbox.ok(path, 'DELETE', { ivr_id: first['id'] });
    await sandbox.ok(path, 'DELETE', { ivr_id: second['id'] });
    expect(await sandbox.items(`/customivrs?target_type=${target_type}&target_id=${target_id}`)).toEqual([]);
  });

  it('is refused when it is no sound, or for nobody', async () => {
    const wanted = { target_type: 'user', target_id: id, ivr_type: 'VM_UNAVAILABLE', file };
    expect((await sandbox.call('/customivrs', 'POST', { ...wanted, file: 'not base64!' })).status).toBe(400);
    expect((await sandbox.call('/customivrs', 'POST', { ...wanted, target_id: '1' })).status).toBe(404);
  });
});

describe('channels and coaching teams', () => {
  it('let people in; only a channel lets them out', async () => {
    const channel = await sandbox.ok('/channels', 'POST', { name: 'News', description: 'news', privacy_type: 'public' });
    await sandbox.ok(`/channels/${channel['id']}/members`, 'POST', { user_id: id });
    expect(await sandbox.items(`/channels/${channel['id']}/members`)).toEqual([{ id, name: user['display_name'] }]);
    await sandbox.ok(`/channels/${channel['id']}/members`, 'DELETE', { user_id: id });
    expect(await sandbox.items(`/channels/${channel['id']}/members`)).toEqual([]);
    const [team] = await sandbox.items(`/offices/${officeId}/teams`);
    await sandbox.ok(`/coachingteams/${team?.['id']}/members`, 'POST', { member_id: id, role: 'trainee' });
    expect((await sandbox.items(`/coachingteams/${team?.['id']}/members`)).find((each) => each['id'] === id)).toMatchObject({ role: 'trainee' });
    expect((await sandbox.wrong(`/coachingteams/${team?.['id']}/members`, 'DELETE', { member_id: id })).status).toBe(405);
  });
});

describe('statistics', () => {
  const wanted = { export_type: 'stats', stat_type: 'calls', group_by: 'user' };

  it('are processed for a while, and an equal question joins the running one', async () => {
    const first = await sandbox.ok('/stats', 'POST', wanted);
    expect(first['already_started']).toBe(false);
    expect(await sandbox.ok('/stats', 'POST', wanted)).toEqual({ request_id: first['request_id'], already_started: true });
    expect(await sandbox.ok(`/stats/${first['request_id']}`)).toEqual({ status: 'processing' });
    await sandbox.control('/clock', { advance: 'PT20S' });
    expect(await sandbox.ok(`/stats/${first['request_id']}`)).toMatchObject({ status: 'complete', file_type: 'csv' });
    await sandbox.control('/clock', { advance: 'PT4H' });
    expect(await sandbox.ok('/stats', 'POST', wanted)).toMatchObject({ already_started: false });
  });

  it('of satisfaction need a target', async () => {
    expect((await sandbox.call('/stats', 'POST', { ...wanted, stat_type: 'csat' })).status).toBe(400);
  });

  it('know no calls, because nobody calls', async () => {
    expect(await sandbox.ok(`/call?target_type=user&target_id=${id}`)).toEqual({});
  });
});

describe('an office', () => {
  it('says what was bought, what off-duty means, and changes nothing but its hours', async () => {
    const plan = await sandbox.ok(`/offices/${officeId}/plan`);
    expect(Number(plan['talk_lines'])).toBeGreaterThan(await free('talk_lines'));
    expect(await sandbox.ok(`/offices/${officeId}/offdutystatuses`)).toEqual({ id: officeId, off_duty_statuses: ['Lunch Time', 'Off Duty'] });
    const before = (await sandbox.ok(`/offices/${officeId}`))['routing_options'];
    const { office } = (await sandbox.wrong(`/offices/${officeId}`, 'PATCH', { monday_hours: ['08:00', '16:00'], routing_options: {} })).body;
    expect(office).toMatchObject({ monday_hours: ['08:00', '16:00'], routing_options: before });
  });
});
