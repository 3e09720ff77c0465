import { gunzipSync } from 'node:zlib';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appendOf, caseStream } from '@handover/case-service';
import type { EventStore } from '@handover/event-store';
import { ocsfVersions } from '@handover/audit-feed';
import { readEntry } from '@handover/record-proof';
import { Ajv } from 'ajv';
import { ocsfClasses } from '../record/ocsf-schema.ts';
import { startApi, type RunningApi } from '../support/api.ts';

let api: RunningApi;
let caseId: string;
let person: string;
type Line = Record<string, unknown>;
type Item = Line & { position: number; type: string };

beforeAll(async () => {
  api = await startApi('exports: { ocsf: 1.5.0 }');
  const leave = {
    type: 'employee.terminated',
    data: { employeeId: 'X-1', email: 'bryony.hart@example.com', givenName: 'Bryony', familyName: 'Hartsecret', lastWorkingDay: '2026-02-27' },
  };
  const { body } = await api.call('requester', '/v1/cases', { fact: leave, reason: '=HYPERLINK("http://evil.example")' });
  caseId = String(body['id']);
  person = (body['person'] as { ref: string }).ref;
  for (const day of [1, 2, 3])
    await api.call('requester', '/v1/cases', {
      fact: { type: 'employee.hired', data: { employeeId: `J-${day}`, email: `j${day}@example.com`, office: 'Berlin', startDate: `2027-01-0${day}` } },
    });
  await played();
  await api.sealed();
}, 60_000);
afterAll(() => api.stop(), 30_000);

/** Steps of every kind with every outcome, as a worker appends them. */
const played = async (): Promise<void> => {
  const kinds = [
    'suspendUser',
    'revokeCompanyAdmin',
    'leaveGroup',
    'moveNumber',
    'deleteUser',
    'inviteUser',
    'grantAdmin',
    'joinGroup',
    'verifyCalls',
    'anonymize',
    'taskByHand',
    'somethingNew',
  ];
  const outcomes = ['StepVerified', 'StepBlocked', 'StepContradicted', 'StepWithheld', 'StepDoneByHand'];
  const events = kinds.flatMap((kind, n) => [
    { type: 'StepStarted', data: { step: `s-${n}`, kind, round: 1 } },
    { type: outcomes[n % outcomes.length] ?? '', data: { step: `s-${n}`, round: 1, code: 'some.code', detail: 'says why', evidence: {} } },
  ]);
  const version = (await api.worker.store.read(caseStream(caseId))).length;
  await api.worker.store.commit([
    appendOf({ stream: caseStream(caseId), expected: version, decided: { events }, by: { actor: 'system', channel: 'system', commandId: 'played' }, caseId }),
  ]);
};

/** The events; our own format has keys, a checkpoint and an end around them. */
const lines = (text: unknown): Line[] =>
  String(text)
    .trimEnd()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => 'position' in line || 'metadata' in line);
const exported = async (query: string): Promise<Line[]> => lines((await api.call('auditor', `/v1/audit/export?${query}`)).body);

describe('an export in OCSF', () => {
  const ajv = new Ajv({ strict: false, allErrors: true });
  const validators = new Map(Object.entries(ocsfClasses).map(([uid, schema]) => [Number(uid), ajv.compile(schema)]));

  it.each(ocsfVersions)('of version %s has the shape that its classes demand, for every event', async (version) => {
    const events = await exported(`format=ocsf&ocsf=${version}`);
    const wrong = events.flatMap((event) => {
      const validate = validators.get(Number(event['class_uid']));
      return validate?.(event) ? [] : [{ event: event['metadata'], errors: validate?.errors ?? 'no such class' }];
    });
    expect(wrong).toEqual([]);
    expect(new Set(events.map((event) => event['class_uid']))).toEqual(new Set([3001, 3004, 3005, 3006, 6003]));
    for (const event of events) {
      expect(event['type_uid']).toBe(Number(event['class_uid']) * 100 + Number(event['activity_id']));
      expect(event['metadata']).toMatchObject({ version });
    }
  });

  it('says disable for a suspended user and failure for a blocked step, and nothing personal', async () => {
    const events = await exported('format=ocsf');
    expect(events[0]?.['metadata']).toMatchObject({ version: '1.5.0', sequence: 0 });
    const suspended = events.find((event) => (event['metadata'] as Line)['event_code'] === 'StepVerified' && event['class_uid'] === 3001);
    expect(suspended).toMatchObject({
      activity_name: 'Disable',
      type_uid: 300105,
      status: 'Success',
      user: { uid: person },
      metadata: { correlation_uid: caseId },
    });
    const blocked = events.find((event) => (event['metadata'] as Line)['event_code'] === 'StepBlocked');
    expect(blocked).toMatchObject({ class_uid: 3005, status_id: 2, severity: 'Medium', status_code: 'some.code', privileges: ['Company Admin'] });
    expect(JSON.stringify(events)).not.toMatch(/Hartsecret|bryony\.hart|HYPERLINK/);
  });
});

describe('an export in CSV', () => {
  it('is RFC 4180 and holds no formula', async () => {
    const { body, headers } = await api.call('auditor', '/v1/audit/export?format=csv');
    const rows = String(body).split('\r\n');
    expect(rows[0]).toBe('position,recordedAt,stream,version,type,actor,channel,onBehalfOf,caseId,eventId,data,hash');
    expect(rows[rows.length - 1]).toBe('');
    expect(headers.get('content-disposition')).toBe(`attachment; filename="handover-record-to-${rows.length - 3}.csv"`); // a head, an end, and positions from 0
    expect(rows.slice(1, -1).every((row) => !/(^|,)"?[=+@-]/.test(row))).toBe(true);
  });
});

describe('whether a download is whole', () => {
  const csvPositions = (body: unknown): number[] =>
    String(body)
      .split('\r\n')
      .slice(1, -1)
      .map((row) => Number(row.split(',')[0]));
  const ocsfPositions = (body: unknown): number[] => lines(body).map((line) => Number((line['metadata'] as Line)['sequence']));
  const ask = async (query: string) => {
    const { body, headers } = await api.call('auditor', `/v1/audit/export?${query}`);
    const positions = (query.includes('ocsf') ? ocsfPositions : csvPositions)(body);
    const [, name] = /filename="(.*)"/.exec(headers.get('content-disposition') ?? '') ?? [];
    return { positions, name, last: Number(headers.get('handover-last-position')) };
  };

  it('is told by the position of its last line, in a header and in the name of the file, also with a filter', async () => {
    for (const format of ['csv', 'ocsf']) {
      for (const query of ['', '&after=3', `&caseId=${caseId}`, '&type=CaseOpened']) {
        const { positions, name, last } = await ask(`format=${format}${query}`);
        expect(positions.length).toBeGreaterThan(0);
        expect(positions.at(-1)).toBe(last);
        expect(name).toContain(`-to-${last}.`);
      }
    }
  });

  it('is told where a limit or nothing more to come ends it', async () => {
    const whole = await ask('format=csv');
    expect(await ask('format=csv&limit=2')).toMatchObject({ positions: [0, 1], name: 'handover-record-first-2.csv', last: whole.last });
    expect(await ask(`format=csv&after=${whole.last}&limit=9`)).toMatchObject({ positions: [], last: -1 });
    expect(await ask(`format=ocsf&after=${whole.last}`)).toEqual({ positions: [], last: -1, name: `handover-record-after-${whole.last}-empty.ocsf.ndjson` });
    expect(await ask('format=csv&type=NeverHappened')).toMatchObject({ positions: [], last: -1, name: 'handover-record-empty.csv' });
  });
});

describe('a pull', () => {
  it('goes on where the last one ended, and ends with what was there when it began', async () => {
    const all = await exported('');
    const first = await api.call('auditor', '/v1/audit/export?limit=5');
    expect(Number(first.headers.get('handover-log-size'))).toBeGreaterThanOrEqual(all.length);
    const got = lines(first.body);
    expect(got.map((line) => line['position'])).toEqual([0, 1, 2, 3, 4]);
    const second = await exported(`after=${String(got[4]?.['position'])}`);
    // Of an excerpt each event brings its own proof.
    expect([...got, ...second].slice(0, all.length).map(({ previous: _, proof: __, ...event }) => event)).toEqual(all);
    expect(all.map((line, index) => readEntry(JSON.stringify(line), index + 1).position)).toEqual(all.map((_, index) => index));
  });

  it('takes only what matches, by the index', async () => {
    expect(new Set((await exported(`caseId=${caseId}`)).map((line) => line['stream']))).toEqual(new Set([`case/${caseId}`]));
    expect((await exported(`person=${person}&type=FactRecorded`)).map((line) => line['stream'])).toEqual([`person/${person}`]);
    expect((await exported('kind=joiner&type=CaseOpened')).length).toBe(3);
    expect(await exported('actor=nobody')).toEqual([]);
    expect(await exported('step=s-0')).toHaveLength(2);
  });

  it('is compressed when asked', async () => {
    const chunks: Buffer[] = [];
    const encoding = await new Promise<string | undefined>((resolve, reject) => {
      get(`${api.base}/v1/audit/export`, { headers: { authorization: 'Bearer key-auditor', 'accept-encoding': 'gzip' } }, (answer) => {
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve(answer.headers['content-encoding']));
      }).on('error', reject);
    });
    expect(encoding).toBe('gzip');
    expect(lines(gunzipSync(Buffer.concat(chunks)).toString('utf8'))[0]).toMatchObject({ position: 0 });
  });

  it('that nobody reads to the end does not hold on to anything', async () => {
    const request = get(`${api.base}/v1/audit/export`, { headers: { authorization: 'Bearer key-auditor' } });
    await new Promise<void>((resolve) => request.on('response', (answer) => (answer.destroy(), resolve())));
    await sleep(50);
    expect((await api.request('/health/ready')).status).toBe(200);
  });

  it('is refused with what to do', async () => {
    expect(await api.call('auditor', '/v1/audit/export?format=xml')).toMatchObject({ status: 400, type: expect.stringContaining('problem+json') });
    expect((await api.call('auditor', '/v1/audit/export?ocsf=2.0.0&format=ocsf')).status).toBe(400);
    for (const path of ['/v1/audit?case=1', '/v1/audit/export?case=1'])
      expect((await api.call('auditor', path)).body).toMatchObject({
        code: 'request.invalid',
        detail: expect.stringMatching(/^there is no case; there are caseId, person/),
      });
    expect((await api.call('requester', '/v1/audit/export')).status).toBe(403);
    expect((await api.call('auditor', '/v1/audit?from=yesterday')).body['detail']).toContain('expected an instant');
  });
});

describe('the list of the record', () => {
  const page = async (query: string) => (await api.call('auditor', `/v1/audit?${query}`)).body as unknown as { items: Item[]; cursor?: string; newer: string };

  it('is paged both ways without a gap, and news is behind the newest cursor', async () => {
    const all = (await page('limit=200')).items.map((item) => item.position);
    const first = await page('limit=4');
    const second = await page(`limit=4&cursor=${first.cursor}`);
    expect([...first.items, ...second.items].map((item) => item.position)).toEqual(all.slice(0, 8));
    const back = await page(`limit=4&cursor=${second.newer}`);
    expect(back.items.map((item) => item.position)).toEqual(first.items.map((item) => item.position));
    expect((await page(`cursor=${first.newer}`)).items).toEqual([]);
    await api.call('requester', '/v1/cases', {
      fact: { type: 'employee.hired', data: { employeeId: 'J-9', email: 'j9@example.com', startDate: '2027-02-01' } },
    });
    await api.sealed();
    expect((await page(`cursor=${first.newer}`)).items.map((item) => item.type)).toContain('CaseOpened');
    expect((await api.call('auditor', '/v1/audit?cursor=abc')).body).toMatchObject({ status: 400, code: 'cursor.bad' });
  });

  it('says whose and what each event is, and proves it', async () => {
    const { body } = await api.call('auditor', `/v1/audit?caseId=${caseId}&type=StepStarted&limit=3&proofs=true`);
    const { items, checkpoint } = body as unknown as { items: (Item & { proof: string[] | null })[]; checkpoint: { size: number } };
    expect(items[0]).toMatchObject({ caseId, person, kind: 'leaver', type: 'StepStarted', data: { kind: expect.any(String) }, channel: 'system' });
    expect(items.every((item) => item.proof !== null && item.position < checkpoint.size)).toBe(true);
    const one = await api.call('auditor', `/v1/audit/events/${items[0]?.position}`);
    expect(one.body).toMatchObject({ position: items[0]?.position, proof: items[0]?.proof, sealed: false });
    expect((await api.call('auditor', '/v1/audit/events/999999')).body).toMatchObject({ status: 404, code: 'position.unknown' });
  });
});

describe('who reads the record', () => {
  it('is told at the same cost in the evening as in the morning: nothing is read of what was told before', async () => {
    const { access } = api.worker;
    await access.tell(api.worker.store);
    let [read, tries] = [0, 0];
    const counting: EventStore = {
      read: async (stream, after) => {
        const events = await api.worker.store.read(stream, after);
        read += events.length;
        return events;
      },
      commit: (appends, side) => {
        tries += 1;
        return api.worker.store.commit(appends, side);
      },
    };
    for (let n = 0; n < 6; n += 1) {
      await access.note({ actor: 'all-day', what: 'audit.list', detail: { n } });
      expect(await access.tell(counting)).toBe(1);
    }
    expect(read).toBe(0);
    expect(tries).toBeLessThanOrEqual(2 * 6);
    const [{ streams, events } = { streams: 0, events: 0 }]: { streams: number; events: number }[] = await api.dataSource.query(
      `SELECT count(DISTINCT stream_id)::int AS streams, count(*)::int AS events FROM ev.event WHERE stream_id LIKE 'access/%/all-day'`,
    );
    expect(events).toBe(6);
    expect(streams).toBeLessThanOrEqual(2); // one a day
  });

  it('and who looks at a case with the names in it is recorded once an hour, who is shown none is not', async () => {
    const { access } = api.worker;
    await access.tell(api.worker.store);
    for (let n = 0; n < 3; n += 1) {
      await api.call('operator', `/v1/cases/${caseId}`);
      await api.call('operator', `/v1/cases/${caseId}/timeline`);
      await api.call('auditor', `/v1/cases/${caseId}`);
    }
    await api.call('approver', `/v1/cases/${caseId}/timeline`);
    expect((await api.call('operator', '/v1/cases/00000000-0000-4000-8000-000000000000')).status).toBe(404);
    const noted: Line[] = await api.dataSource.query('SELECT actor, what, detail FROM app.access_read ORDER BY id');
    expect(noted).toEqual(['operator', 'approver'].map((actor) => ({ actor, what: 'case.read', detail: { caseId } })));
    expect(await access.tell(api.worker.store)).toBe(2);
  });

  it('is recorded, once for each read, and reading that is no news for the next reader', async () => {
    const { access } = api.worker;
    await access.tell(api.worker.store);
    await api.call('auditor', `/v1/audit?person=${person}`);
    await api.call('auditor', '/v1/audit/export?format=csv&limit=3');
    await api.call('operator', `/v1/cases/${caseId}/evidence`);
    expect(await access.tell(api.worker.store)).toBe(3);
    expect(await access.tell(api.worker.store)).toBe(0);
    await api.sealed();
    const reads = (await api.call('auditor', '/v1/audit?type=RecordRead&limit=5')).body['items'] as { actor: string; data: { reads: Line[] } }[];
    const told = reads.flatMap((each) => each.data.reads.map((read) => ({ actor: each.actor, ...read })));
    expect(told).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ actor: 'auditor', what: 'audit.list', person }),
        expect.objectContaining({ actor: 'auditor', what: 'audit.export', format: 'csv' }),
        expect.objectContaining({ actor: 'operator', what: 'evidence.pack', caseId, named: true }),
      ]),
    );
    await api.call('auditor', '/v1/audit?type=RecordRead&limit=5');
    expect(await access.tell(api.worker.store)).toBe(0); // who reads only these is not told again, for ever
  });
});
