import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { bundleWorkflows } from '@handover/worker';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const folder = new URL('./histories/', import.meta.url).pathname;
const saved = readdirSync(folder).filter((file) => file.endsWith('.json'));
let workflowBundle: WorkflowBundleWithSourceMap;

beforeAll(async () => {
  workflowBundle = await bundleWorkflows();
}, 60_000);

describe('a history of an earlier version', () => {
  it('is there for every way a case can end', () => {
    expect(saved.length).toBeGreaterThanOrEqual(7);
  });

  it.each(saved)(
    "%s is carried on by today's workflows",
    async (file) => {
      await Worker.runReplayHistory({ workflowBundle }, historyFromJSON(JSON.parse(readFileSync(join(folder, file), 'utf8'))));
    },
    30_000,
  );

  it('that another program wrote is refused, so that these tests can fail', async () => {
    const [first = ''] = saved.filter((file) => file.startsWith('leaver'));
    const foreign = readFileSync(join(folder, first), 'utf8').replaceAll('"planLeaver"', '"planSomethingElse"');
    await expect(Worker.runReplayHistory({ workflowBundle }, historyFromJSON(JSON.parse(foreign)))).rejects.toThrow(/nondetermin/i);
  }, 30_000);
});
