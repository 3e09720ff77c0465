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

  it('understands the answer of an operation that answers with nothing', () => {
    expect(came['nothing']).toEqual({});
  });
});
