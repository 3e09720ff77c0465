import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '@handover/observability';
import { startSequencing } from '@handover/worker';
import { eventually } from '../support/wait.ts';
import { startApi, type RunningApi } from '../support/api.ts';

let api: RunningApi;
let hires = 0;

/** A case that has just moved: nothing of it is under a checkpoint, and the next one is an hour away. */
const justOpened = async (): Promise<string> => {
  hires += 1;
  const person = { employeeId: `E-${hires}`, email: `e${hires}@example.com`, givenName: 'Asked', familyName: 'Soon', office: 'Berlin', timeZone: 'UTC' };
  const fact = { type: 'employee.hired', data: { ...person, startDate: '2030-01-01', license: 'talk', number: null } };
  return String((await api.call('requester', '/v1/cases', { fact })).body['id']);
};
const checkpoints = async (): Promise<number> => ((await api.call('auditor', '/v1/audit/checkpoints')).body['items'] as unknown[]).length;

beforeAll(async () => {
  api = await startApi('checkpoints: { every: 1h }');
}, 60_000);
afterAll(() => api.stop(), 30_000);

describe('the evidence of a case that has just moved', () => {
  it('says when to come again while nobody signs', async () => {
    const answer = await api.call('auditor', `/v1/cases/${await justOpened()}/evidence`);
    expect(answer).toMatchObject({ status: 409, body: { code: 'evidence.not_sealed' } });
    expect(answer.type).toContain('application/problem+json');
    expect(answer.headers.get('retry-after')).toBe('3600');
    expect(answer.body['detail']).toContain('ask again in 3600 s');
  });

  it('is there at once where a worker is asked to sign, and the worker signs no more for it than once a second', async () => {
    const sequencing = startSequencing({ dataSource: api.dataSource, signer: api.signer, checkpointEveryMs: 3_600_000, log: createLogger('test', 'silent') });
    try {
      await eventually('the checkpoint of the start', async () => (await checkpoints()) > 0);
      const began = Date.now();
      const before = await checkpoints();
      for (let n = 0; n < 3; n += 1) expect((await api.call('auditor', `/v1/cases/${await justOpened()}/evidence`)).status).toBe(200);
      const made = (await checkpoints()) - before;
      expect(made).toBeGreaterThan(0);
      expect(made).toBeLessThanOrEqual(Math.ceil((Date.now() - began) / 1_000) + 1);
    } finally {
      await sequencing.stop();
    }
  }, 30_000);
});
