import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { play, type Body, type Played } from './played.ts';

/** One sandbox for the tests of a file, seeded anew before each of them, which is given it and a user of San Francisco. */
export const playedAnew = (switches: Readonly<Record<string, string>>, given: (sandbox: Played, user: Body) => void): void => {
  let sandbox: Played;
  beforeAll(async () => {
    sandbox = await play({ users: 60, seed: 4 });
  });
  afterAll(() => sandbox.stop());
  beforeEach(async () => {
    await sandbox.switches(switches);
    await sandbox.reset(60, 4);
    given(sandbox, await sandbox.userOf('San Francisco'));
  });
};
