import type { Body, Played } from './played.ts';

export interface Call {
  readonly operation: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Body;
}
type Step = (made: ReadonlyMap<string, Body>) => Call;

const address = { address: '1 Main St', city: 'San Francisco', state: 'CA', zip: '94105', country: 'us' };

/** Every operation once, in an order in which each finds what it needs. */
export const contractCalls = async (played: Played): Promise<Step[]> => {
  const [sf, ny, berlin] = [await played.office('San Francisco'), await played.office('New York'), await played.office('Berlin')];
  const user = await played.userOf('San Francisco');
  const id = String(user['id']);
  const [number = ''] = user['phone_numbers'] as string[];
  const [pooled, another, third] = (await played.items('/numbers?status=available')).map((each) => String(each['number']));
  const first = async (path: string): Promise<string> => String((await played.items(path))[0]?.['id']);
  const [department, center, team] = [await first('/departments'), await first('/callcenters'), await first('/coachingteams')];
  const device = (await played.items('/userdevices'))[0] as Body;
  const owner = String(device['user_id']);
  const phone = String((await played.items(`/users/${owner}/deskphones`))[0]?.['id']);
  const made = (results: ReadonlyMap<string, Body>, operation: string): string => String(results.get(operation)?.['id']);
  const one = { id };
  const call =
    (operation: string, parts: Omit<Call, 'operation'> = {}): Step =>
    () => ({ operation, ...parts });
  const routing = {
    open: { action: 'person', try_dial_operators: true, action_target_type: 'user', action_target_id: id },
    closed: { action: 'voicemail', try_dial_operators: false },
  };
  const operator = { operator_id: id, operator_type: 'user' };
  const ivr = { target_type: 'user', target_id: id, ivr_type: 'VM_UNAVAILABLE' };
  const onMade =
    (operation: string, maker: string, parts: Omit<Call, 'operation'> = {}, name = 'id'): Step =>
    (results) => ({ operation, ...parts, params: { [name]: made(results, maker) } });

  return [
    call('GET /company'),
    call('PUT /company/settings', { query: { has_callai: 'true' } }),
    call('GET /call', { query: { target_type: 'user', target_id: id } }),
    call('GET /users', { query: { state: 'all', company_admin: 'false' } }),
    call('POST /users', { body: { email: 'new@example.com', office_id: sf, first_name: 'N', last_name: 'E', license: 'talk', auto_assign: true } }),
    call('GET /users/{id}', { params: one }),
    call('POST /users/{id}/assign_number', { params: one, body: { number: pooled, primary: false } }),
    call('GET /users/{id}/caller_id', { params: one }),
    call('POST /users/{id}/caller_id', { params: one, body: { caller_id: number } }),
    call('POST /users/{id}/unassign_number', { params: one, body: { number: pooled } }),
    call('PATCH /users/{id}/togglednd', { params: one, body: { do_not_disturb: true } }),
    call('PATCH /users/{id}/status', { params: one, body: { status_message: 'away', expiration: '4102444800' } }),
    call('PUT /users/{id}/e911', { params: one, body: { ...address, use_validated_option: true } }),
    call('GET /users/{id}/e911', { params: one }),
    call('GET /users/{parent_id}/deskphones', { params: { parent_id: owner } }),
    call('GET /users/{parent_id}/deskphones/{id}', { params: { parent_id: owner, id: phone } }),
    call('DELETE /users/{parent_id}/deskphones/{id}', { params: { parent_id: owner, id: phone } }),
    call('GET /userdevices', { query: { user_id: owner } }),
    call('GET /userdevices/{id}', { params: { id: String(device['id']) } }),
    call('GET /departments', { query: { office_id: sf, name_search: 'sales' } }),
    call('POST /departments', { body: { name: 'New', office_id: sf, ring_seconds: 20, routing_options: routing, hours_on: true } }),
    call('GET /departments/{id}', { params: { id: department } }),
    call('PATCH /departments/{id}', {
      params: { id: department },
      body: { monday_hours: ['08:00', '17:00'], hold_queue: { allow_queuing: true, max_hold_count: 3 } },
    }),
    call('POST /departments/{id}/operators', { params: { id: department }, body: { ...operator, role: 'admin' } }),
    call('GET /departments/{id}/operators', { params: { id: department } }),
    call('GET /callcenters'),
    call('POST /callcenters', { body: { name: 'New', office_id: sf, alerts: { cc_service_level: 90 }, tuesday_hours: ['08:00', '17:00'] } }),
    call('GET /callcenters/{id}', { params: { id: center } }),
    call('PATCH /callcenters/{id}', { params: { id: center }, body: { name: 'Other', routing_options: routing } }),
    call('POST /callcenters/{id}/operators', { params: { id: center }, body: { user_id: id, role: 'supervisor', skill_level: 50, license_type: 'agents' } }),
    call('GET /callcenters/{id}/operators', { params: { id: center } }),
    call('PATCH /callcenters/operators/{id}/dutystatus', { params: one, body: { on_duty: true, duty_status_reason: 'lunch' } }),
    call('GET /callcenters/operators/{id}/dutystatus', { params: one }),
    call('PATCH /callcenters/{call_center_id}/operators/{user_id}/skill', { params: { call_center_id: center, user_id: id }, body: { skill_level: 70 } }),
    call('GET /callcenters/{call_center_id}/operators/{user_id}/skill', { params: { call_center_id: center, user_id: id } }),
    call('GET /users/{id}/personas', { params: one }),
    call('GET /users/{id}', { params: one }),
    call('DELETE /callcenters/{id}/operators', { params: { id: center }, body: { user_id: id } }),
    call('DELETE /departments/{id}/operators', { params: { id: department }, body: operator }),
    call('GET /coachingteams'),
    call('GET /coachingteams/{id}', { params: { id: team } }),
    call('POST /coachingteams/{id}/members', { params: { id: team }, body: { member_id: id, role: 'trainee' } }),
    call('GET /coachingteams/{id}/members', { params: { id: team } }),
    call('GET /channels'),
    call('POST /channels', { body: { name: 'all', description: 'all', privacy_type: 'public', user_id: owner } }),
    onMade('GET /channels/{id}', 'POST /channels'),
    onMade('POST /channels/{id}/members', 'POST /channels', { body: { user_id: id } }),
    onMade('GET /channels/{id}/members', 'POST /channels'),
    onMade('DELETE /channels/{id}/members', 'POST /channels', { body: { user_id: id } }),
    onMade('DELETE /channels/{id}', 'POST /channels'),
    call('GET /offices', { query: { active_only: 'true' } }),
    call('GET /offices/primary'),
    call('GET /offices/{id}', { params: { id: ny } }),
    call('PATCH /offices/{id}', { params: { id: ny }, body: { hours_on: true, friday_hours: ['09:00', '15:00'] } }),
    call('PUT /offices/{id}/e911', { params: { id: ny }, body: { ...address, update_all: true } }),
    call('GET /offices/{id}/e911', { params: { id: ny } }),
    call('GET /offices/{office_id}/available_licenses', { params: { office_id: ny } }),
    call('GET /offices/{office_id}/plan', { params: { office_id: ny } }),
    call('GET /offices/{office_id}/departments', { params: { office_id: ny } }),
    call('GET /offices/{office_id}/callcenters', { params: { office_id: ny } }),
    call('GET /offices/{office_id}/teams', { params: { office_id: ny } }),
    call('GET /offices/{id}/offdutystatuses', { params: { id: ny } }),
    call('POST /offices/{id}/operators', { params: { id: ny }, body: { ...operator, role: 'operator' } }),
    call('GET /offices/{id}/operators', { params: { id: ny } }),
    call('DELETE /offices/{id}/operators', { params: { id: ny }, body: operator }),
    call('POST /offices/{id}/assign_number', { params: { id: ny }, body: { number: another, primary: false } }),
    call('POST /offices/{id}/unassign_number', { params: { id: ny }, body: { number: another ?? '' } }),
    call('GET /callrouters', { query: { office_id: sf } }),
    call('POST /callrouters', {
      body: { name: 'New', office_id: sf, default_target_type: 'user', default_target_id: id, routing_url: 'https://example.com', secret: 's'.repeat(32) },
    }),
    onMade('GET /callrouters/{id}', 'POST /callrouters'),
    onMade('POST /callrouters/{id}/assign_number', 'POST /callrouters', { body: { area_code: '415' } }),
    onMade('PATCH /callrouters/{id}', 'POST /callrouters', { body: { default_target_type: 'office', default_target_id: sf, reset_error_count: true } }),
    onMade('DELETE /callrouters/{id}', 'POST /callrouters'),
    call('POST /customivrs', { body: { ...ivr, file: 'bW9vCg==', name: 'gone', description: 'has left' } }),
    call('GET /customivrs', { query: { target_type: 'user', target_id: id } }),
    onMade('PATCH /customivrs/{ivr_id}', 'POST /customivrs', { body: { name: 'left' } }, 'ivr_id'),
    (results) => ({ operation: 'PATCH /customivrs/{target_type}/{target_id}/{ivr_type}', params: ivr, body: { ivr_id: made(results, 'POST /customivrs') } }),
    (results) => ({ operation: 'DELETE /customivrs/{target_type}/{target_id}/{ivr_type}', params: ivr, body: { ivr_id: made(results, 'POST /customivrs') } }),
    call('POST /stats', { body: { export_type: 'stats', stat_type: 'calls', group_by: 'user', days_ago_start: 1, days_ago_end: 30 } }),
    (results) => ({ operation: 'GET /stats/{id}', params: { id: String(results.get('POST /stats')?.['request_id']) } }),
    call('GET /numbers', { query: { status: 'available' } }),
    call('GET /numbers/{number}', { params: { number } }),
    call('POST /numbers/{number}/assign', { params: { number: third ?? '' }, body: { target_type: 'department', target_id: department, primary: true } }),
    call('POST /numbers/assign', { body: { target_type: 'callcenter', target_id: center, area_code: '212' } }),
    call('POST /numbers/swap', { body: { target: { target_type: 'user', target_id: id }, swap_details: { type: 'area_code', area_code: '212' } } }),
    call('POST /numbers/format', { query: { country_code: 'US', number: '(415) 555-0101' } }),
    call('DELETE /numbers/{number}', { params: { number: third ?? '' }, query: { release: 'true' } }),
    call('PATCH /users/{id}', {
      params: one,
      body: { state: 'active', emails: ['a@example.com'], admin_office_ids: [Number(ny)], is_super_admin: true, extension: '12' },
    }),
    call('PATCH /users/{id}/move_office', { params: one, body: { office_id: berlin } }),
    onMade('DELETE /departments/{id}', 'POST /departments'),
    onMade('DELETE /callcenters/{id}', 'POST /callcenters'),
    call('DELETE /users/{id}', { params: one }),
  ];
};
