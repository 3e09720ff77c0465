import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { installOfficialSdk } from './official-sdk.ts';
import { play, type Played } from './played.ts';

const sdk = await installOfficialSdk();
if (typeof sdk === 'string') console.log(`Dialpad's official Python SDK cannot be had here, so the sandbox is not tested with it: ${sdk}`);

(typeof sdk === 'string' ? describe.skip : describe)("Dialpad's official Python SDK", () => {
  let played: Played;
  let came: Record<string, unknown>;

  beforeAll(async () => {
    played = await play({ users: 130, seed: 6 });
    if (typeof sdk !== 'string') came = await sdk.drive(played.url);
  }, 60_000);
  afterAll(async () => {
    await played.stop();
    if (typeof sdk !== 'string') rmSync(sdk.folder, { recursive: true, force: true });
  });

  it('lists all pages of users, and the admins by a flag in its own way of writing', () => {
    expect(came['everybody']).toBe(131);
    expect(came['admins']).toBe(2);
  });

  it('creates a user with a number, is told of a duplicate, changes and deletes', () => {
    expect(came['made']).toMatchObject({ state: 'pending', emails: ['sdk@example.com'], phone_numbers: [expect.stringMatching(/^\+1/)] });
    expect(came['duplicate']).toBe(409);
    expect(came['renamed']).toMatchObject({ job_title: 'Tester', state: 'suspended' });
    expect(came['caller']).toMatchObject({ caller_id: 'blocked' });
    expect(came['deleted']).toMatchObject({ state: 'deleted', display_name: 'S K (deactivated)' });
    expect(came['gone']).toBe(404);
  });

  it('assigns and releases numbers, and reads the seats of an office', () => {
    expect(came['named']).toMatchObject({ status: 'user', target_type: 'user' });
    expect(came['released']).toEqual([(came['named'] as { number: string }).number, 404]);
    expect(came['seats']).toMatchObject({ talk_lines: expect.stringMatching(/^\d+$/) });
  });

  it('adds an operator to a department and removes them again, by a DELETE with a body', () => {
    const { id } = came['made'] as { id: string };
    expect([came['joined'], came['left']]).toEqual([id, id]);
    expect(came['members']).toContain(id);
  });

  it('adds operators to a call center and to the main line of an office, and removes them again', () => {
    const { id } = came['made'] as { id: string };
    expect([came['agents'], came['answering']]).toEqual([expect.arrayContaining([id]), expect.arrayContaining([id])]);
    expect(came['duty']).toMatchObject({ user_id: id, on_duty: true });
    expect(came['skill']).toMatchObject({ skill_level: '40' });
  });

  it('reads an office, its plan, its emergency address and what belongs to it', () => {
    expect(came['office']).toMatchObject({ name: 'San Francisco', phone_numbers: [expect.stringMatching(/^\+1/)] });
    expect(came['plan']).toMatchObject({ talk_lines: expect.stringMatching(/^\d+$/), next_billing_date: expect.stringMatching(/^\d{13}$/) });
    expect(came['address']).toMatchObject({ zip: '94105' });
    const inside = came['inside'] as Record<string, number>;
    expect(Object.values(inside).every((many) => many > 0)).toBe(true);
    expect(came['company']).toMatchObject({ state: 'active' });
  });

  it('understands the answer of an operation that answers with nothing', () => {
    expect(came['nothing']).toEqual({});
  });
});
