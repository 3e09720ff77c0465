import { parseArgs } from 'node:util';
import { CannotVerify, trustedIn } from './trusted.ts';
import { verifyFile, type Outcome } from './verify-file.ts';

export type Say = (line: string) => void;

/** 0: it is what was signed. 1: it is not, and what was changed is named. 2: that could not be found out. */
export type ExitCode = 0 | 1 | 2;

const USAGE = `verify --keys FILE [--checkpoint FILE]... [--older-export] [--json] FILE

Verifies an export of Handover's record (NDJSON, also gzipped) or an evidence pack of one case, with nothing but this
program and Node.js: no database, no network.

  FILE               the export (GET /v1/audit/export) or the pack (GET /v1/cases/{id}/evidence)
  --keys FILE        public keys that you kept, or got by another way than the export: the answer of GET /v1/audit/checkpoints,
                     a file of checkpoints, or lines of origin+id+key (handover keys show)
  --checkpoint FILE  signed checkpoints that you kept (each is checked; may be given several times)
  --older-export     the export is older than the checkpoints: those over more events than it has say nothing about it. Only if
                     you know that it is; without this such a checkpoint is a fault
  --json             the result as one JSON object

Ends with 0 when it is what was signed, 1 when it was changed, 2 when that cannot be said.`;

const LISTED = 50;

/** The program that an auditor takes along. */
export const verifyProgram = async (args: readonly string[], say: Say): Promise<ExitCode> => {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        keys: { type: 'string' },
        checkpoint: { type: 'string', multiple: true },
        'older-export': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const [file] = positionals;
    if (values.help) {
      say(USAGE);
      return 0;
    }
    if (file === undefined || positionals.length > 1) throw new CannotVerify(`name one file to verify\n\n${USAGE}`);
    if (values.keys === undefined)
      throw new CannotVerify('it is verified with public keys that were kept elsewhere: --keys FILE (the answer of GET /v1/audit/checkpoints)');

    const trusted = trustedIn({ keys: values.keys, checkpoints: values.checkpoint ?? [] });
    return tell(await verifyFile(file, trusted, { olderExport: values['older-export'] }), values.json, say);
  } catch (error) {
    if (!(error instanceof CannotVerify) && !(error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')) throw error;
    say((error as Error).message);
    return 2;
  }
};

export const tell = (outcome: Outcome, json: boolean, say: Say): ExitCode => {
  const code = outcome.faultCount === 0 ? 0 : 1;
  if (json) {
    say(JSON.stringify(outcome));
    return code;
  }
  for (const line of outcome.kind === 'export' ? aboutExport(outcome) : aboutEvidence(outcome)) say(line);
  for (const { position, stream, version, eventId, column, what } of outcome.faults.slice(0, LISTED)) {
    const where = [
      position === null ? '' : `position ${position}`,
      stream === null ? '' : `${stream}${version === null ? '' : ` event ${version}`}`,
      eventId ? `(${eventId})` : '',
    ];
    const named = where.filter(Boolean).join(' ');
    say(`  ${named === '' ? '' : `${named}: `}${what}${column ? `; changed was: ${column}` : ''}`);
  }
  if (outcome.faultCount > LISTED) say(`  … and ${outcome.faultCount - LISTED} more`);
  say(code === 0 ? 'Every hash and every signature is right.' : `This is not the ${outcome.kind === 'export' ? 'record' : 'pack'} that was signed.`);

  return code;
};

const aboutExport = ({ isWhole, events, streams, checkpoints, signed, later, madeAt }: Extract<Outcome, { kind: 'export' }>): readonly string[] => [
  `${events} events in ${streams} streams; ${signed} of them under ${checkpoints} checkpoints that agree`,
  ...(isWhole ? [] : ['This is an excerpt: each of its events is proved, but not that no other event belongs to it.']),
  ...(later > 0 ? [`${later} checkpoints are newer than this export, which says it was made at ${madeAt}: they say nothing about it.`] : []),
  ...(signed < events ? [`${events - signed} events are newer than the newest checkpoint: nobody has signed them yet.`] : []),
];

const aboutEvidence = ({ case: id, events, related }: Extract<Outcome, { kind: 'evidence' }>): readonly string[] => [
  `${events} events of the case ${id}, and ${related} of the person`,
];
