import { describe, expect, it } from '@jest/globals';
import { isConnectorError, rateBudget, withPriority, type ConnectorError } from '@handover/connector-kit';
import { createDialpad, toFailure } from './dialpad.ts';

const PERSONAL = ['nora.quist@example.com', 'Nora Quist', '+4930555010', '5137304475768569'];
/** As Dialpad might quote what it was sent. */
const quoting = JSON.stringify({ error: { code: 400, message: `User Nora Quist <nora.quist@example.com> has +4930555010 (id 5137304475768569)` } });

const answering = (status: number, body = quoting, headers: Record<string, string> = {}): typeof fetch =>
  (async () => new Response(body === '' ? null : body, { status, headers })) as typeof fetch;
const connect = (fetch: typeof globalThis.fetch, timeoutMs = 100) =>
  createDialpad({ baseUrl: 'http://dialpad.invalid', apiKey: { reveal: () => 'secret-key' }, budget: rateBudget(10_000), settle: [], fetch, timeoutMs });

const failureOf = async (doing: Promise<unknown>): Promise<ConnectorError> => {
  const failure: unknown = await doing.then(
    () => null,
    (error: unknown) => error,
  );
  if (!isConnectorError(failure)) throw failure ?? new Error('it came back');
  return failure;
};
const read = (fetch: typeof globalThis.fetch): Promise<ConnectorError> => failureOf(connect(fetch).findUsersByEmail('nora.quist@example.com'));

describe('an answer that is no success', () => {
  it.each([
    [400, 'invalid', 'http-400', false],
    [401, 'unauthorized', 'unauthorized', false],
    [403, 'refused', 'forbidden', false],
    [404, 'not-found', 'not-found', false],
    [408, 'unavailable', 'http-408', true],
    [409, 'conflict', 'conflict', false],
    [413, 'invalid', 'http-413', false],
    [429, 'throttled', 'throttled', true],
    [500, 'unavailable', 'http-500', true],
    [503, 'unavailable', 'http-503', true],
  ] as const)('%i is %s: a word of ours, and tried again only where it may pass by itself', async (status, kind, code, isTriedAgain) => {
    const failure = await read(answering(status));
    expect([failure.kind, failure.code, failure.status, failure.ambiguous]).toEqual([kind, code, status, false]);
    const { type, message, nonRetryable } = toFailure(failure);
    expect([type, message, nonRetryable]).toEqual([`connector.${kind}`, `Dialpad, GET /users: ${code} (HTTP ${status})`, !isTriedAgain]);
  });

  it.each([400, 401, 403, 404, 409, 429, 500, 200])(
    'with status %i never lets through what its body, our path or our query says of a person',
    async (status) => {
      const dialpad = connect(answering(status, status === 200 ? `{"items":[{"id":${quoting}}]}` : quoting));
      for (const doing of [
        dialpad.findUsersByEmail('nora.quist@example.com'),
        dialpad.assignNumber({ number: '+4930555010', target: { type: 'user', id: '5137304475768569' }, primary: true }),
        dialpad.setProfile('5137304475768569', { firstName: 'Nora Quist', emails: ['nora.quist@example.com'] }),
      ]) {
        const failure = await failureOf(doing);
        const told = JSON.stringify([failure.message, failure.stack, { ...failure }, failure.cause ?? null, toFailure(failure)]);
        for (const each of [...PERSONAL, 'secret-key']) expect(told).not.toContain(each);
      }
    },
  );

  it.each([
    ['not enough licenses in the office', 'no-seat'],
    ['The last company admin cannot be removed', 'last-admin'],
    ['a user with this email already exists', 'user-exists'],
    ['anything else', 'conflict'],
  ])('that says "%s" is told apart by a code', async (message, code) => {
    expect((await read(answering(409, JSON.stringify({ error: { code: 409, message } })))).code).toBe(code);
  });

  it('may be no JSON at all', async () => {
    expect((await read(answering(502, '<html>Bad gateway</html>'))).kind).toBe('unavailable');
    expect((await read(answering(401, ''))).kind).toBe('unauthorized');
    expect((await read(answering(200, '<html>Maintenance</html>'))).code).toBe('not-json');
  });
});

describe('a 429', () => {
  const delayOf = async (headers: Record<string, string>): Promise<number | undefined> => toFailure(await read(answering(429, '', headers))).nextRetryDelayMs;

  it('says when to come again, in seconds or as a date, or leaves it to the caller', async () => {
    expect(await delayOf({ 'retry-after': '7' })).toBe(7_000);
    expect(await delayOf({ 'retry-after': new Date(Date.now() + 60_000).toUTCString() })).toBeGreaterThan(50_000);
    expect(await delayOf({ 'retry-after': new Date(Date.now() - 60_000).toUTCString() })).toBe(0);
    expect(await delayOf({ 'retry-after': 'soon' })).toBeUndefined();
    expect(await delayOf({})).toBeUndefined();
  });

  it('makes every other call of the process wait for the next second', async () => {
    let calls = 0;
    const dialpad = connect((async () => new Response('{}', { status: calls++ === 0 ? 429 : 200 })) as typeof fetch);
    await failureOf(dialpad.offices());
    const begun = performance.now();
    await dialpad.offices();
    expect(performance.now() - begun).toBeGreaterThan(900);
  });
});

describe('no answer', () => {
  it('is given up after the time-out, also when it began to come', async () => {
    const silent: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error)));
    const stalling: typeof fetch = async (_, init) => {
      const body = new ReadableStream({ start: (stream) => init?.signal?.addEventListener('abort', () => stream.error(init.signal?.reason)) });
      return new Response(body, { status: 200 });
    };
    for (const fetch of [silent, stalling]) {
      const failure = await failureOf(connect(fetch).suspendUser('1'));
      expect([failure.kind, failure.code]).toEqual(['unavailable', 'timeout']);
    }
  });

  it('to a write leaves open whether it was made; to a reading it does not matter', async () => {
    const user = JSON.stringify({ id: '1', state: 'active' });
    const dead = ((_: unknown, init?: RequestInit) =>
      init?.method === 'GET' ? Promise.resolve(new Response(user, { status: 200 })) : Promise.reject(new TypeError('fetch failed'))) as typeof fetch;
    expect((await failureOf(connect(dead).suspendUser('1'))).ambiguous).toBe(true);
    expect((await read((() => Promise.reject(new TypeError('fetch failed'))) as unknown as typeof fetch)).ambiguous).toBe(false);
  });
});

describe('what is sent', () => {
  const record = (answers: readonly unknown[]) => {
    const sent: { method: string; url: URL; body: string | null }[] = [];
    const recording = (async (url: string, init: RequestInit) => {
      sent.push({ method: init.method ?? '', url: new URL(url), body: typeof init.body === 'string' ? init.body : null });
      const answer = answers[Math.min(sent.length, answers.length) - 1];
      return new Response(answer === undefined ? null : JSON.stringify(answer), { status: 200 });
    }) as unknown as typeof fetch;
    return { sent, dialpad: connect(recording) };
  };

  it('asks for pages of 100 and follows the cursor to the end', async () => {
    const { sent, dialpad } = record([{ items: [{ id: 1, name: 'A' }], cursor: 'c1' }, { cursor: 'c2' }, { items: [{ office_id: '7', name: 'B' }] }]);
    expect((await dialpad.offices()).map((each) => [each.id, each.name])).toEqual([
      ['1', 'A'],
      ['7', 'B'],
    ]);
    expect(sent.map(({ url }) => url.search)).toEqual(['?limit=100', '?limit=100&cursor=c1', '?limit=100&cursor=c2']);
  });

  it('is asked of the budget as urgent as whoever asks', async () => {
    const asked: unknown[] = [];
    const take = async (priority?: unknown): Promise<() => void> => (asked.push(priority), () => undefined);
    const dialpad = createDialpad({ baseUrl: 'http://dialpad.invalid', apiKey: { reveal: () => 'k' }, budget: { take }, fetch: answering(200, '{}') });
    await Promise.all([dialpad.offices(), withPriority('urgent', () => dialpad.offices()), withPriority('background', () => dialpad.offices())]);
    expect(asked).toEqual(['normal', 'urgent', 'background']);
  });

  it('never follows a cursor that comes again', async () => {
    const { dialpad } = record([{ items: [], cursor: 'same' }]);
    expect((await failureOf(dialpad.offices())).code).toBe('cursor-repeats');
  });

  it('puts the operator into the body of a DELETE, and is content with an empty answer', async () => {
    const { sent, dialpad } = record([{ users: [{ id: '2' }] }, undefined]);
    expect(await dialpad.removeFromGroup({ userId: '2', group: { type: 'department', id: '9' } })).toEqual({ changed: true });
    expect(sent[1]).toMatchObject({ method: 'DELETE', body: '{"operator_id":"2","operator_type":"user"}' });
  });
});

describe('what comes back', () => {
  it('has ids as text however they came, instants for dates without a zone, and null for what is absent', async () => {
    const answer = { id: 5137304475768569, office_id: 6422934115149452, state: 'active', date_added: '2026-03-02T09:00:00', field_of_next_year: {} };
    expect(await connect(answering(200, JSON.stringify(answer))).readUser('5137304475768569')).toMatchObject({
      id: '5137304475768569',
      officeId: '6422934115149452',
      dateAdded: '2026-03-02T09:00:00.000Z',
      dateFirstLogin: null,
      phoneNumbers: [],
      license: null,
    });
  });

  it('is no guess where it cannot be understood: the field is named, not its value', async () => {
    const failure = await failureOf(connect(answering(200, JSON.stringify({ id: '1', state: 7 }))).readUser('1'));
    expect([failure.kind, failure.code]).toEqual(['invalid', 'shape.state']);
    expect((await failureOf(connect(answering(200, JSON.stringify({ talk_lines: 'many' }))).freeSeats('1'))).code).toBe('shape.talk_lines');
  });
});
