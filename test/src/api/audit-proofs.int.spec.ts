import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Sequencer } from '@handover/event-store-postgres';
import { provesConsistency } from '@handover/merkle';
import { readNote, sha256, type PublicKey } from '@handover/record-proof';
import { startApi, type RunningApi } from '../support/api.ts';
import { newSigner } from '../support/record.ts';

let api: RunningApi;
let sequencer: Sequencer;
const signer = newSigner('test');
let number = 0;
const hire = (): object => ({
  fact: {
    type: 'employee.hired',
    data: {
      employeeId: `P-${(number += 1)}`,
      email: `p.${number}@example.com`,
      givenName: 'Pia',
      familyName: 'New',
      office: 'Berlin',
      startDate: '2026-12-01',
    },
  },
});
const bytes = (text: unknown): Uint8Array => new Uint8Array(Buffer.from(String(text), 'base64'));

beforeAll(async () => {
  api = await startApi('');
  sequencer = new Sequencer(api.dataSource, { signer });
}, 60_000);
afterAll(async () => {
  await api.stop();
});

interface Kept {
  readonly items: readonly { readonly size: number; readonly note: string }[];
  readonly keys: readonly PublicKey[];
}

describe('an auditor who kept a checkpoint', () => {
  it('gets the proof that the log of that day is the beginning of the log of today', async () => {
    await api.call('requester', '/v1/cases', hire());
    await sequencer.once({ checkpoint: true });
    const kept = (await api.call('auditor', '/v1/audit/checkpoints')).body as unknown as Kept;
    const said = readNote(kept.items[0]?.note ?? '', kept.keys);
    if (!said.ok) throw new Error(said.why);

    await api.call('requester', '/v1/cases', hire());
    await sequencer.once({ checkpoint: true });
    const { body } = await api.call('auditor', `/v1/audit/consistency?from=${said.checkpoint.size}`);
    const { to, proof } = body as unknown as { to: { note: string }; proof: string[] };
    const now = readNote(to.note, kept.keys);
    if (!now.ok) throw new Error(now.why);
    expect(now.checkpoint.size).toBeGreaterThan(said.checkpoint.size);
    expect(provesConsistency(sha256, said.checkpoint, now.checkpoint, proof.map(bytes))).toBe(true);
  });

  it('is told which sizes there are not, and what a size is', async () => {
    expect(await api.call('auditor', '/v1/audit/consistency?from=1000000')).toMatchObject({ status: 404, body: { code: 'size.unknown' } });
    expect((await api.call('auditor', '/v1/audit/consistency?from=none')).status).toBe(400);
    expect((await api.call('requester', '/v1/audit/consistency?from=1')).status).toBe(403);
  });
});
