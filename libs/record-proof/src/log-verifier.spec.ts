import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { emptyFrontier, growAll, inclusionProof, rootOf, type Frontier } from '@handover/merkle';
import {
  LogVerifier,
  chainHash,
  eventLeaf,
  logLeaf,
  readLine,
  sha256,
  signerOf,
  stateKey,
  writeEntry,
  writeExcerpt,
  writeLine,
  type ExportVerified,
  type LogEntry,
} from './index.ts';

const newSigner = () => signerOf(String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })), 'log.example');
const signer = newSigner();
const at = new Date('2026-11-25T10:00:00Z');
const SIZE = 60;

/** A log of three streams that take turns, as it would be exported. */
const log = (): LogEntry[] => {
  const heads = new Map<string, { version: number; hash: Uint8Array }>();
  return Array.from({ length: SIZE }, (_, position) => {
    const stream = `s-${position % 3}`;
    const { version, hash } = heads.get(stream) ?? { version: 0, hash: new Uint8Array() };
    const event = {
      eventId: `00000000-0000-4000-8000-${String(position).padStart(12, '0')}`,
      stream,
      version: version + 1,
      type: position % 2 === 0 ? 'Even' : 'Odd',
      schema: 1,
      recordedAt: new Date(at.getTime() + position * 60_000).toISOString(),
      body: Buffer.from(`{"n":${position}}`),
      meta: Buffer.from('{"actor":"tester","channel":"system"}'),
      keyId: `00000000-0000-4000-9000-${String(position % 5).padStart(12, '0')}`,
      sealed: sha256(Buffer.from(`sealed ${position}`)),
    };
    const next = { version: version + 1, hash: chainHash(hash, eventLeaf(event)) };
    heads.set(stream, next);
    return { ...event, position, hash: next.hash };
  });
};
const entries = log();
const frontierOf = (of: readonly LogEntry[]): Frontier =>
  growAll(
    sha256,
    emptyFrontier,
    of.map(({ hash }) => logLeaf(hash)),
  );
const noteOf = (size: number, by = signer): string => by.note({ size, root: rootOf(sha256, frontierOf(entries.slice(0, size))) }, at);
const verify = (of: readonly LogEntry[], notes = [noteOf(40), noteOf(SIZE)], keys = [signer]): ExportVerified => {
  const verifier = new LogVerifier({ keys, notes });
  for (const entry of of) verifier.add({ kind: 'event', entry, excerpt: null });
  return verifier.end();
};
const edited = (position: number, change: Partial<LogEntry>): LogEntry[] =>
  entries.map((entry) => (entry.position === position ? { ...entry, ...change } : entry));
const [e20, e25] = [entries[20] as LogEntry, entries[27] as LogEntry];

describe('an export', () => {
  it('that is the record is right, and says how far it is signed', () => {
    expect(verify(entries)).toEqual({
      isWhole: true,
      events: SIZE,
      streams: 3,
      checkpoints: 2,
      signed: SIZE,
      later: 0,
      madeAt: null,
      faultCount: 0,
      faults: [],
    });
    expect(verify(entries, [noteOf(40)])).toMatchObject({ checkpoints: 1, signed: 40, faults: [] });
  });

  it('proves nothing without a checkpoint or with a key that is not known', () => {
    expect(verify(entries, []).faults.map(({ what }) => what)).toEqual(['there is no checkpoint: nothing says that this is the record']);
    expect(verify(entries, [noteOf(SIZE)], [newSigner()]).faults[0]?.what).toContain('none of the known keys has signed it');
  });
});

describe('one value of one event, changed', () => {
  it.each([
    ['schema', { schema: 2 }, 'schema'],
    ['recordedAt by a millisecond', { recordedAt: new Date(Date.parse(e20.recordedAt) + 1).toISOString() }, 'recordedAt'],
    ['version', { version: 9 }, 'version'],
    ['stream', { stream: 'another' }, 'stream'],
    ['hash', { hash: sha256(e20.hash) }, 'hash'],
    ['body to what nobody can guess', { body: Buffer.from('{"n":-1}') }, null],
  ])('%s, is named', (_what, change, column) => {
    const { faults } = verify(edited(20, change as Partial<LogEntry>));
    expect(faults.find(({ position }) => position === 20)).toMatchObject({ eventId: e20.eventId, column });
  });

  it.each(['eventId', 'type', 'body', 'keyId', 'sealed'] as const)('%s, is named when it was swapped with that of another event', (column) => {
    const swapped = entries.map((entry) => (entry === e20 ? { ...e20, [column]: e25[column] } : entry === e25 ? { ...e25, [column]: e20[column] } : entry));
    const { faults } = verify(swapped);
    const found = faults.filter(({ position }) => position === 20 || position === 27);
    expect(found.map((fault) => fault.column)).toEqual([column, column]);
  });
});

describe('the order of events', () => {
  it('with one taken out is named by its position and by the event after it', () => {
    const { faults } = verify(entries.filter(({ position }) => position !== 20));
    expect(faults[0]).toMatchObject({ position: 20, what: 'position 20 is missing' });
    expect(faults[1]).toMatchObject({ position: 23, stream: 's-2', what: 'version 7 of the stream is missing before it' });
  });

  it('with one put in is named', () => {
    const { faults } = verify([...entries.slice(0, 21), { ...e20, position: 20 }, ...entries.slice(21)]);
    expect(faults[0]).toMatchObject({ position: 20, eventId: e20.eventId, what: 'the event is out of order, or there twice' });
  });

  it('with two of one stream swapped, positions kept, is named', () => {
    const e23 = entries[23] as LogEntry;
    const { faults } = verify(entries.map((entry) => (entry === e20 ? { ...e23, position: 20 } : entry === e23 ? { ...e20, position: 23 } : entry)));
    expect(faults.slice(0, 2).map(({ position, eventId }) => [position, eventId])).toEqual([
      [20, e23.eventId],
      [23, e20.eventId],
    ]);
  });

  it('with the end cut off is found by any checkpoint over what is left', () => {
    expect(verify(entries.slice(0, 50)).faults).toMatchObject([{ position: 50, what: 'a checkpoint says 60 events, and there are 50: the log was cut' }]);
    expect(verify(entries.slice(0, 50), [noteOf(40)]).faults).toEqual([]); // nobody signed what came after: nobody can tell
  });

  it('of a log that was rewritten consistently is found by a checkpoint that was kept', () => {
    const rewritten = entries.map((entry) => ({ ...entry }));
    let head: Uint8Array = (entries[17] as LogEntry).hash;
    for (const entry of rewritten.filter(({ stream, position }) => stream === 's-2' && position >= 20)) {
      if (entry.position === 20) entry.body = Buffer.from('{"n":-1}');
      head = chainHash(head, eventLeaf(entry));
      entry.hash = head;
    }
    expect(verify(rewritten, [noteOf(10), noteOf(40), noteOf(SIZE)])).toMatchObject({
      checkpoints: 1, // what was signed before is untouched
      faults: [{ what: 'the log has another root than the checkpoint of 40 events and 1 more: it was rewritten' }],
    });
  });
});

describe('an export as a file', () => {
  const next = newSigner();
  const statements = [stateKey(signer, null, { size: 0, at }), stateKey(next, signer, { size: 40, at })];
  const lines = (of: readonly LogEntry[]): string[] => [
    writeLine({ kind: 'header', header: { export: 'handover-record', version: 1, madeAt: at.toISOString(), filter: null } }),
    ...statements.map((statement) => writeLine({ kind: 'key', statement })),
    writeLine({ kind: 'checkpoint', note: noteOf(SIZE, next) }),
    ...of.map(writeEntry),
    writeLine({ kind: 'end', events: of.length }),
  ];
  const read = (of: readonly string[], keys = [signer]): ExportVerified => {
    const verifier = new LogVerifier({ keys });
    of.forEach((line, index) => verifier.add(readLine(line, index + 1)));
    return verifier.end();
  };

  it('brings its checkpoint, and the way from the key that is known to the key that signed it', () => {
    expect(read(lines(entries))).toMatchObject({ isWhole: true, events: SIZE, checkpoints: 1, signed: SIZE, faults: [] });
  });

  it('that was cut says so, wherever it was', () => {
    const all = lines(entries);
    expect(read(all.slice(0, -1)).faults.map(({ what }) => what)).toEqual(['the export has no end: it was cut']);
    expect(
      read(all.slice(0, 30))
        .faults.map(({ what }) => what)
        .join(),
    ).toContain('the log was cut');
  });

  it('is held against every checkpoint over more events, whatever time it says: unless the auditor knows that it is older', () => {
    const judged = (signedAt: number, olderExport = false): ExportVerified => {
      const verifier = new LogVerifier({ keys: [signer], notes: [next.note({ size: SIZE + 1, root: sha256(e20.hash) }, new Date(signedAt))], olderExport });
      lines(entries).forEach((line, index) => verifier.add(readLine(line, index + 1)));
      return verifier.end();
    };
    expect(judged(at.getTime() + 60_000)).toMatchObject({ later: 0, faultCount: 1 });
    expect(judged(at.getTime() + 60_000).faults[0]?.what).toContain(`the kept checkpoint covers ${SIZE + 1} events, this export has ${SIZE}`);
    expect(judged(at.getTime() + 60_000, true)).toMatchObject({ later: 1, faults: [], madeAt: at.toISOString() });
    expect(judged(at.getTime(), true).faults.map(({ what }) => what)).toEqual([expect.stringContaining('the log was cut')]);
  });

  it('is refused in what is readable beside the bytes, and in what is no line of it', () => {
    const line = writeEntry(e20);
    for (const bad of [
      line.replace('"data":{"n":20}', '"data":{"n":2}'),
      line.replace('"position":20', '"position":-1'),
      '{}',
      'no json',
      line.replace(/"hash":"../, '"hash":"zz'),
    ])
      expect(() => readLine(bad, 7)).toThrow('line 7 of the export is no event of a record');
  });
});

describe('any one character of an export', () => {
  const text = [
    writeLine({ kind: 'header', header: { export: 'handover-record', version: 1, madeAt: at.toISOString(), filter: null } }),
    writeLine({ kind: 'key', statement: stateKey(signer, null, { size: 0, at }) }),
    writeLine({ kind: 'checkpoint', note: noteOf(SIZE) }),
    ...entries.map(writeEntry),
    writeLine({ kind: 'end', events: SIZE }),
  ].join('\n');
  const isRight = (of: string): boolean => {
    const verifier = new LogVerifier({ keys: [signer], notes: [noteOf(40)] });
    try {
      of.split('\n').forEach((line, index) => verifier.add(readLine(line, index + 1)));
    } catch {
      return false;
    }
    return verifier.end().faultCount === 0;
  };
  const first = text.indexOf('"position":0');

  it('that is changed, left out or put in among the events is found', () => {
    expect(isRight(text)).toBe(true);
    fc.assert(
      fc.property(
        fc.nat({ max: text.length - first - 1 }),
        fc.constantFrom('0', 'A', 'f', '"', ' ', ','),
        fc.constantFrom('change', 'leave out', 'put in'),
        (n, by, how) => {
          const place = first + n;
          const [before, after] = [text.slice(0, place), text.slice(how === 'put in' ? place : place + 1)];
          const touched = before + (how === 'leave out' ? '' : by) + after;
          return touched === text || !isRight(touched);
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('an excerpt', () => {
  const leaves = entries.map(({ hash }) => logLeaf(hash));
  const some = entries.filter(({ type, position }) => type === 'Even' && position > 10);
  const lines = (of: readonly LogEntry[]): string[] => [
    writeLine({ kind: 'header', header: { export: 'handover-record', version: 1, madeAt: at.toISOString(), filter: { type: 'Even' } } }),
    writeLine({ kind: 'checkpoint', note: noteOf(SIZE) }),
    ...of.map((entry) =>
      writeExcerpt(entry, {
        previous: entries.find(({ stream, version }) => stream === entry.stream && version === entry.version - 1)?.hash ?? new Uint8Array(),
        proof: inclusionProof(sha256, leaves, entry.position),
      }),
    ),
    writeLine({ kind: 'end', events: of.length }),
  ];
  const read = (of: readonly string[]): ExportVerified => {
    const verifier = new LogVerifier({ keys: [signer] });
    of.forEach((line, index) => verifier.add(readLine(line, index + 1)));
    return verifier.end();
  };

  it('is proved event by event', () => {
    expect(read(lines(some))).toMatchObject({ isWhole: false, events: some.length, checkpoints: 1, signed: some.length, faults: [] });
  });

  it.each([
    ['its content', (line: string) => line.replace('"type":"Even"', '"type":"Odd"')],
    ['its place', (line: string) => line.replace('"position":20', '"position":21')],
    ['what it follows', (line: string) => line.replace(/"previous":"[0-9a-f]{4}/, '"previous":"0000')],
    ['its proof', (line: string) => line.replace(/"proof":\["..../, '"proof":["AAAA')],
    ['a hash of its proof left out', (line: string) => line.replace(/"proof":\["[^"]+",/, '"proof":[')],
  ])('with %s changed is named', (_what, change) => {
    const touched = lines(some).map((line) => (line.includes('"position":20') ? change(line) : line));
    expect(touched).not.toEqual(lines(some));
    expect(read(touched).faults.some(({ eventId }) => eventId === e20.eventId)).toBe(true);
  });

  it('may leave events that are newer than its checkpoint without a proof, and no other', () => {
    const bare = (position: number): string =>
      writeExcerpt(entries[position] as LogEntry, { previous: entries[position - 3]?.hash ?? new Uint8Array(), proof: null });
    const [header = ''] = lines(some);
    const old = writeLine({ kind: 'checkpoint', note: noteOf(40) });
    const end = writeLine({ kind: 'end', events: 1 });
    expect(read([header, old, bare(50), end])).toMatchObject({ events: 1, signed: 0, checkpoints: 1, faults: [] });
    expect(read([header, old, bare(30), end]).faults).toMatchObject([{ position: 30, column: 'proof' }]);
    expect(
      read([header, old, writeEntry(e20), end])
        .faults.map(({ what }) => what)
        .join(),
    ).toContain('1 events of the excerpt bring no proof');
  });

  it('shows when there are two logs', () => {
    const other = signer.note({ size: SIZE, root: sha256(Buffer.from('other')) }, at);
    const verifier = new LogVerifier({ keys: [signer], notes: [other] });
    lines(some).forEach((line, index) => verifier.add(readLine(line, index + 1)));
    expect(verifier.end().faults.map(({ what }) => what)).toEqual([expect.stringContaining('the log was shown in two versions')]);
  });

  it('says nothing about what was left out of it', () => {
    const [header = '', note = '', first = ''] = lines(some);
    expect(read([header, note, first, writeLine({ kind: 'end', events: 1 })])).toMatchObject({ isWhole: false, events: 1, faults: [] });
  });
});
