import { openDatabase, verifyLog, verifyStreams } from '@handover/event-store-postgres';
import { readEntry, verifyExport, type LogEntry, type PublicKey } from '@handover/record-proof';
import { StartError, type Say } from '@handover/servers';
import { localOf, readFile } from './local.ts';

/** What an auditor kept where the database's owner cannot reach it. */
export interface Outside {
  readonly checkpointFile: string | undefined;
  readonly keysFile: string | undefined;
}

export const verifyDatabase = async (dataDir: string | undefined, outside: Outside, json: boolean, say: Say): Promise<number> => {
  const dataSource = await openDatabase(process.env['DATABASE_URL'] || localOf(dataDir).postgresUrl, { name: 'handover-verify', poolSize: 1 });
  try {
    const streams = await verifyStreams(dataSource);
    const log = await verifyLog(dataSource, { notes: notesIn(outside), keys: keysIn(outside) });
    const isRight = streams.problems.length === 0 && log.problems.length === 0;
    if (json) say(JSON.stringify({ ...streams, log }));
    else {
      say(`${streams.events} events in ${streams.streams} streams; ${log.size} of them in the log, under ${log.checkpoints} checkpoints`);
      for (const { stream, version, what } of streams.problems) say(`  ${stream}${version === null ? '' : ` event ${version}`}: ${what}`);
      for (const { position, what } of log.problems) say(`  ${position === null ? 'log' : `log position ${position}`}: ${what}`);
      say(isRight ? 'Every hash and every signature is right: nothing was edited, inserted, deleted or reordered.' : 'The record was changed.');
      if (isRight && outside.checkpointFile === undefined)
        say('A rewrite of everything shows only against a checkpoint that was kept elsewhere: --checkpoint FILE.');
    }
    return isRight ? 0 : 1;
  } finally {
    await dataSource.destroy();
  }
};

/** With no database and none of our running code: an export, the public keys, and best a checkpoint that was kept elsewhere. */
export const verifyFile = async (file: string, outside: Outside, json: boolean, say: Say): Promise<number> => {
  if (outside.keysFile === undefined)
    throw new StartError('an export is verified with public keys that were kept elsewhere: --keys FILE (the answer of GET /v1/audit/checkpoints)');
  const notes = [...notesIn(outside), ...newestIn(outside)];
  const verified = verifyExport(entriesIn(readFile(file)), notes, keysIn(outside));
  if (json) say(JSON.stringify(verified));
  else {
    say(`${verified.events} events in ${verified.streams} streams; ${verified.checkpoints} of ${notes.length} checkpoints agree`);
    for (const { position, stream, version, what } of verified.faults.slice(0, 50))
      say(`  ${stream === null ? '' : `position ${position}, ${stream} event ${version}: `}${what}`);
    say(verified.faults.length === 0 ? 'Every hash and every signature is right.' : 'The export is not the record that was signed.');
  }
  return verified.faults.length === 0 ? 0 : 1;
};

function* entriesIn(text: string): Generator<LogEntry> {
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) if (line !== '') yield readEntry(line, index + 1);
}

/** Signed notes follow each other; each begins with its origin and ends with its signature lines. */
const notesIn = ({ checkpointFile }: Outside): readonly string[] =>
  checkpointFile === undefined ? [] : [...readFile(checkpointFile).matchAll(/[^\n]+\n\d+\n[A-Za-z0-9+/=]+\n\n(?:\u2014 [^\n]+\n)+/g)].map(([note]) => note);

interface KeysFile {
  readonly keys?: readonly PublicKey[];
  readonly items?: readonly { readonly note: string }[];
}

const keysOf = (file: string): KeysFile => {
  try {
    return JSON.parse(readFile(file)) as KeysFile;
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`the file ${file} is no JSON with keys`);
  }
};

const keysIn = ({ keysFile }: Outside): readonly PublicKey[] => (keysFile === undefined ? [] : (keysOf(keysFile).keys ?? []));

/** The answer of the API holds the checkpoints beside the keys. */
const newestIn = ({ keysFile }: Outside): readonly string[] => (keysFile === undefined ? [] : (keysOf(keysFile).items ?? []).map((item) => item.note));
