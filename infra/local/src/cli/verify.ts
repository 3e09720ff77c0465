import { openDatabase, verifyRecord, type Outside, type Problem } from '@handover/event-store-postgres';
import { CannotVerify, readText, trustedIn, keysIn, verifyFile as verifyOutside, tell } from '@handover/record-verifier';
import { notesIn, statementsIn } from '@handover/record-proof';
import type { Say } from '@handover/servers';
import { localOf } from './local.ts';

/** What an auditor kept where the database's owner cannot reach it. */
export interface Kept {
  readonly checkpointFile: string | undefined;
  readonly keysFile: string | undefined;
}

export interface Where {
  readonly dataDir: string | undefined;
  readonly json: boolean;
  /** The export is known to be older than the checkpoints that were kept. */
  readonly olderExport?: boolean;
}

/** 0: all is right. 1: something was changed, and is named. 2: that could not be found out. */
export const verify = async (file: string | undefined, kept: Kept, { dataDir, json, olderExport = false }: Where, say: Say): Promise<0 | 1 | 2> => {
  try {
    return await (file === undefined ? verifyDatabase(dataDir, kept, json, say) : verifyFile(file, kept, { json, olderExport }, say));
  } catch (error) {
    say(json ? JSON.stringify({ error: (error as Error).message }) : (error as Error).message);
    return 2;
  }
};

const LISTED = 50;

/** The running system: every stored byte, every chain, the whole log and its tree, all checkpoints and what was kept elsewhere. */
const verifyDatabase = async (dataDir: string | undefined, { checkpointFile, keysFile }: Kept, json: boolean, say: Say): Promise<0 | 1> => {
  const kept = keptIn(checkpointFile, keysFile);
  const dataSource = await openDatabase(process.env['DATABASE_URL'] || localOf(dataDir).postgresUrl, { name: 'handover-verify', poolSize: 2 });
  try {
    const { problems, ...verified } = await verifyRecord(dataSource, kept);
    const isRight = problems.length === 0;
    if (json) say(JSON.stringify({ ...verified, problems }));
    else {
      const seconds = verified.took / 1_000;
      say(`${verified.events} events in ${verified.streams} streams, hashed again in ${seconds.toFixed(1)} s`);
      say(
        `${verified.size} of them in the log, ${verified.signed} under its ${verified.checkpoints} checkpoints; ${verified.unsealed} wait for their position`,
      );
      for (const each of problems.slice(0, LISTED)) say(`  ${inWords(each)}`);
      if (problems.length > LISTED) say(`  … and ${problems.length - LISTED} more`);
      say(isRight ? 'Every hash and every signature is right: nothing was edited, inserted, deleted or reordered.' : 'The record was changed.');
      if (isRight && kept.notes.length === 0) say('A rewrite of everything shows only against a checkpoint that was kept elsewhere: --checkpoint FILE.');
    }
    return isRight ? 0 : 1;
  } finally {
    await dataSource.destroy();
  }
};

const inWords = ({ table, position, stream, version, eventId, column, what }: Problem): string =>
  [
    position === null ? '' : `position ${position}`,
    stream === null ? '' : `${stream}${version === null ? '' : ` event ${version}`}`,
    eventId === null ? '' : `(${eventId})`,
    `${what}${column === null ? '' : ` [${table}.${column}]`}`,
  ]
    .filter(Boolean)
    .join(' ');

const keptIn = (checkpointFile: string | undefined, keysFile: string | undefined): Outside => {
  const text = checkpointFile === undefined ? '' : readText(checkpointFile);
  if (checkpointFile !== undefined && notesIn(text).length === 0) throw new CannotVerify(`the file ${checkpointFile} holds no checkpoint`);
  const trusted = keysFile === undefined ? null : keysIn(keysFile);
  return {
    notes: [...notesIn(text), ...(trusted?.notes ?? [])],
    keys: trusted?.keys ?? [],
    statements: [...statementsIn(text), ...(trusted?.statements ?? [])],
  };
};

/** An export or an evidence pack, with no database and none of our servers; the same code as the verifier in one file. */
const verifyFile = async (
  file: string,
  { checkpointFile, keysFile }: Kept,
  { json, olderExport }: Pick<Required<Where>, 'json' | 'olderExport'>,
  say: Say,
): Promise<0 | 1> => {
  if (keysFile === undefined)
    throw new CannotVerify('it is verified with public keys that were kept elsewhere: --keys FILE (the answer of GET /v1/audit/checkpoints)');
  const trusted = trustedIn({ keys: keysFile, checkpoints: checkpointFile === undefined ? [] : [checkpointFile] });

  return tell(await verifyOutside(file, trusted, { olderExport }), json, say) === 0 ? 0 : 1;
};
