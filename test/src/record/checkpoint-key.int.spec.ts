import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Sequencer, checkpointKeys, checkpoints, currentKey } from '@handover/event-store-postgres';
import { handover } from '@handover/local';
import { followKeys, readNote, type PublicKey } from '@handover/record-proof';
import { signerIn } from '@handover/worker';
import type { DataSource } from 'typeorm';
import { openRecord, type OwnRecord } from '../support/own-record.ts';
import { happened, newKey } from '../support/record.ts';

const folder = mkdtempSync(join(tmpdir(), 'handover-checkpoint-key-'));
const file = join(folder, 'checkpoint.pem');
const before = { ...process.env };
let record: OwnRecord;
let db: DataSource;
let store: OwnRecord['store'];
let sequencer: Sequencer;
let number = 0;
const refused: string[] = [];

const happen = async (): Promise<void> => {
  number += 1;
  await store.commit([{ stream: `s-${number}`, expected: 0, events: [happened('s', number)] }]);
  await sequencer.once({ checkpoint: true });
};
const run = async (...args: string[]): Promise<{ readonly code: number; readonly said: string }> => {
  const said: string[] = [];
  return { code: await handover(args, (line) => said.push(line)), said: said.join('\n') };
};
const json = async <T>(...args: string[]): Promise<T> => JSON.parse((await run(...args, '--json')).said) as T;
const keyNow = async (): Promise<string | undefined> => currentKey(await checkpointKeys(db))?.keyId;

beforeAll(async () => {
  record = await openRecord();
  ({ db, store } = record);
  writeFileSync(file, newKey(), { mode: 0o600 });
  process.env['DATABASE_URL'] = record.url;
  process.env['HANDOVER_CHECKPOINT_KEY_FILE'] = file;
  sequencer = new Sequencer(db, { signer: signerIn(file, 'handover'), refused: (why) => refused.push(why) });
  await happen();
}, 60_000);
afterAll(async () => {
  process.env = before;
  rmSync(folder, { recursive: true, force: true });
  await record.drop();
});

describe('the key of the checkpoints', () => {
  let first: PublicKey;

  it('is shown, as an auditor keeps it', async () => {
    const { keys } = await json<{ keys: (PublicKey & { vkey: string; signsNow: boolean })[] }>('keys', 'show');
    expect(keys).toMatchObject([{ origin: 'handover', signsNow: true, vkey: expect.stringMatching(/^handover\+[0-9a-f]{8}\+/) }]);
    first = keys[0] as PublicKey;
    expect((await run('keys', 'show')).said).toContain('signs now');
  });

  it('is replaced by command, and a running sequencer takes the new one up by itself', async () => {
    expect((await run('keys', 'rotate', 'checkpoint')).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(existsSync(`${file}.next`)).toBe(false);
    await happen();
    expect(refused).toEqual([]);
    const [newest] = await checkpoints(db, 1);
    expect(newest?.keyId).toBe(await keyNow());
    expect(newest?.keyId).not.toBe(first.keyId);
    const { keys } = followKeys(
      [first],
      (await checkpointKeys(db)).map(({ statement }) => statement),
    );
    for (const { note } of await checkpoints(db)) expect(readNote(note, keys)).toMatchObject({ ok: true });
  });

  it('is replaced once, when the command is killed before the file was in place and run again', async () => {
    const old = readFileSync(file, 'utf8');
    await run('keys', 'rotate', 'checkpoint');
    const [replaced, keys] = [await keyNow(), (await checkpointKeys(db)).length];
    renameSync(file, `${file}.next`); // as it was between the log and the file
    writeFileSync(file, old, { mode: 0o600 });
    await happen();
    expect(refused).toEqual(['key replaced']); // sealed, and not signed by a key that was replaced
    expect((await run('keys', 'rotate', 'checkpoint')).code).toBe(0);
    expect([await keyNow(), (await checkpointKeys(db)).length]).toEqual([replaced, keys]);
    await happen();
    expect((await checkpoints(db, 1))[0]).toMatchObject({ size: number, keyId: replaced });
  });

  it('that is lost is replaced without its word, and nobody who knows the old one only accepts what follows', async () => {
    rmSync(file);
    await expect(run('keys', 'rotate', 'checkpoint')).rejects.toThrow('if it is lost, say so: --lost');
    expect((await run('keys', 'rotate', 'checkpoint', '--lost')).said).toContain('did not vouch for it');
    await happen();
    const [newest] = await checkpoints(db, 1);
    const { keys, faults } = followKeys(
      [first],
      (await checkpointKeys(db)).map(({ statement }) => statement),
    );
    expect(faults.join()).toContain('which has not signed that');
    expect(readNote(newest?.note ?? '', keys)).toMatchObject({ ok: false, why: 'none of the known keys has signed it' });
  });
});
