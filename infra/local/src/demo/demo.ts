import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDatabase, verifyRecord, type RecordVerified } from '@handover/event-store-postgres';
import type { Say } from '@handover/servers';
import { startInstance, type Instance, type Local } from '../instance.ts';
import { freePorts, outsideOf } from '../settings.ts';
import { onStop } from '../stopping.ts';
import { companyOf } from './company.ts';
import { tellStory } from './story.ts';

const POLICY = `# The demo's policy: the waits are shortened so that a leaver takes a minute instead of six days.
hold: 10s
purge: { after: 2s, checkEvery: 2s }
acceptance: { deadline: 10m, remindEvery: 5m, pollEvery: 2s }
`;

/** `npm run demo`: the main job from beginning to end on ports and a folder of its own. */
export const demo = async (args: readonly string[], say: Say): Promise<number> => {
  const { values } = parseArgs({ args: [...args], options: { keep: { type: 'boolean', default: false }, json: { type: 'string' } } });
  const begun = Date.now();
  const dataDir = mkdtempSync(join(tmpdir(), 'handover-demo-'));
  chmodSync(dataDir, 0o711); // PostgreSQL may have to run as another user
  let instance: Instance | null = null;
  const { stopped, isStopping } = onStop(async () => {
    say('Stopping …');
    await instance?.stop();
  });
  say('The demo runs on free ports and a folder of its own; nothing else is disturbed.');

  try {
    // Its own database and Dialpad always: only a Temporal server may come from outside.
    const settings = {
      dataDir,
      ports: await freePorts(),
      outside: { ...outsideOf({ TEMPORAL_ADDRESS: process.env['TEMPORAL_ADDRESS'] }) },
      namespace: process.env['TEMPORAL_NAMESPACE'] || 'default',
      policy: null,
      users: 60,
      seed: 1,
    };
    instance = await startInstance(settings, say, { policyText: POLICY });
    const ready = seconds(begun);
    say(
      `Everything runs after ${ready} s. Shortened for the demo: the hold is 10 seconds (72 hours by default), and the sandbox's clock is moved forward over Dialpad's own 72 hours.`,
    );

    const { local } = instance;
    const told = await tellStory(local, say);
    say('');
    const verified = await verify(local);
    say(`The record: ${verified.events} events in ${verified.streams} streams, every hash is right.`);
    const writes = await companyOf(local).sandbox<{ count: number }[]>('/sandbox/writes');
    const dialpadWrites = writes.reduce((sum, each) => sum + each.count, 0);
    say(`Dialpad was written to ${dialpadWrites} times, each once.`);
    for (const each of told.cases) say(`  ${each.kind}: ${each.phase}, ${each.events} events, in the Temporal UI: ${each.temporal}`);
    say(`Temporal UI ${local.temporalUi}   API documentation ${local.api}/docs`);
    say(`Done after ${seconds(begun)} s.`);
    if (values.json !== undefined) {
      const { api, temporalUi, temporalAddress, sandbox } = local;
      writeFileSync(
        values.json,
        JSON.stringify(
          {
            cases: told.cases,
            counts: { events: verified.events, streams: verified.streams, problems: verified.problems.length, dialpadWrites },
            addresses: { api, docs: `${api}/docs`, temporalUi, temporalAddress, sandbox },
            seconds: { start: ready, ...told.seconds, total: seconds(begun) },
          },
          null,
          2,
        ),
      );
    }
    if (values.keep && !isStopping()) {
      say(`It stays up for a look around (keys are in ${join(dataDir, 'local.json')}). Ctrl-C ends it.`);
      await stopped;
    }
    return 0;
  } catch (error) {
    if (isStopping()) return 130;
    const why = error instanceof Error ? error.message : String(error);
    say(`The demo failed: ${why.split('\n')[0]}${instance ? ` (log: ${instance.local.log}.failed)` : ''}`);
    return 1;
  } finally {
    if (isStopping()) await stopped;
    else await instance?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
};

const seconds = (since: number): number => Math.round((Date.now() - since) / 100) / 10;

const verify = async (local: Local): Promise<RecordVerified> => {
  const dataSource = await openDatabase(local.postgresUrl, { name: 'handover-demo', poolSize: 1 });
  try {
    const verified = await verifyRecord(dataSource);
    const [problem] = verified.problems;
    if (problem) throw new Error(`the record does not verify: ${problem.stream ?? problem.table} event ${problem.version ?? '-'}: ${problem.what}`);
    return verified;
  } finally {
    await dataSource.destroy();
  }
};
