import { parseArgs } from 'node:util';
import { StartError, type Say } from '@handover/servers';
import { rotateCheckpointKey, showCheckpointKeys } from './checkpoint-keys.ts';
import { migrateDatabase } from './migrate.ts';
import { rebuild } from './rebuild.ts';
import { addMasterKey, bringMasterKeyBack, rotateMasterKey, showMasterKeys } from './master-keys.ts';
import { reshred } from './reshred.ts';
import { retention } from './retention.ts';
import { status } from './status.ts';
import { subjectExport, type SubjectExportArgs } from './subject-export.ts';
import { subscriptions } from './subscriptions.ts';
import { writeVerifier } from './verifier.ts';
import { verify } from './verify.ts';

const usage = `npm run handover -- COMMAND [--json] [--data-dir DIR]

  status     where the running instance answers, and how its cases stand
  verify     the running system at one moment: hash every event again, follow every chain, compute the log and its tree
             anew, check all keys and checkpoints, and name what was changed, if anything (DATABASE_URL, or the running instance)
             --checkpoint FILE  also against checkpoints that were kept elsewhere (signed notes, one after the other)
             --keys FILE        public keys that were kept elsewhere: the answer of GET /v1/audit/checkpoints, a file of checkpoints,
                                or lines of origin+id+key
             --export FILE      an NDJSON export (also gzipped, also an excerpt) instead of a database; needs --keys
             --older-export     the export is known to be older than the checkpoints: larger ones are no fault
             --evidence FILE    an evidence pack of one case instead of a database; needs --keys
             ends with 0 when all is right, 1 when something was changed, 2 when that cannot be found out
  verifier   --out FILE         write the verifier of exports and packs as one file that needs nothing but Node.js
  subscriptions  how far each read model has come in the log
  rebuild NAME   build a read model anew beside the one in use, show how far it is, and switch; the system may run
  subject-export  everything that is held about a person, in one file: --person REF, or --employee-id ID [--source NAME];
             --reason TEXT, which is recorded; --format json (default) or html; --out FILE
  reshred [LIST …]  after a restore: destroy again the key of everybody who is erased, by the record or by lists that were
             kept elsewhere (erasures.ndjson); every start does it by itself, before anything is served
  retention  --dry-run          what the daily run would let go now, and why it keeps the others
  keys       show                   the public keys that sign the log's checkpoints, for auditors (--json: as verify --keys takes them)
             rotate checkpoint      a new key for checkpoints, vouched for by the one of now, while the system runs; run it again
                                    to go on after a kill. --lost: the key of now is gone and cannot vouch
             list master            the master keys, and how many persons' keys each wraps
             rotate master          a new master key: every key is wrapped anew while the system runs, the old one is refused
                                    from then on; run it again to go on after a kill. --to ID: one that was added before
             add master             a key for later, to be copied to every machine first
             bring-back FILE        after a restore: the master key of the backup's time`;

/** Commands about keys, by what they say. */
const keys = (
  verb: string | undefined,
  noun: string | undefined,
  args: Parameters<typeof rotateMasterKey>[0] & Parameters<typeof rotateCheckpointKey>[0],
  say: Say,
): Promise<number> | number => {
  if (verb === 'show') return showCheckpointKeys(args, say);
  if (noun === 'checkpoint' && verb === 'rotate') return rotateCheckpointKey(args, say);
  if (verb === 'bring-back') return bringMasterKeyBack(args, noun, say);
  if (noun === 'master' && verb === 'list') return showMasterKeys(args, say);
  if (noun === 'master' && verb === 'rotate') return rotateMasterKey(args, say);
  if (noun === 'master' && verb === 'add') return addMasterKey(args, say);
  throw new StartError('say what to do with which keys, like: keys rotate master; see npm run handover -- --help');
};

/** The command-line tool. */
export const handover = async (args: readonly string[], say: Say): Promise<number> => {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      'data-dir': text,
      checkpoint: text,
      keys: text,
      export: text,
      evidence: text,
      to: text,
      person: text,
      'employee-id': text,
      source: text,
      reason: text,
      format: text,
      out: text,
      'dry-run': { type: 'boolean', default: false },
      'older-export': { type: 'boolean', default: false },
      lost: { type: 'boolean', default: false },
      'accept-changes': { type: 'boolean', default: false },
    },
  });
  const [command, verb, noun] = positionals;
  if (values.help || command === undefined) {
    say(usage);
    return command === undefined && !values.help ? 2 : 0;
  }
  const kept = { checkpointFile: values.checkpoint, keysFile: values.keys };
  if (command === 'verify')
    return verify(values.export ?? values.evidence, kept, { dataDir: values['data-dir'], json: values.json, olderExport: values['older-export'] }, say);
  if (command === 'verifier') return writeVerifier(values.out, values.json, say);
  if (command === 'status') return status(values['data-dir'], values.json, say);
  if (command === 'migrate') return migrateDatabase(values['data-dir'], values['accept-changes'], say);
  if (command === 'subscriptions') return subscriptions(values['data-dir'], values.json, say);
  if (command === 'rebuild') return rebuild(verb, values['data-dir'], values.json, say);
  if (command === 'subject-export')
    return subjectExport({ ...values, dataDir: values['data-dir'], employeeId: values['employee-id'] } as SubjectExportArgs, say);
  if (command === 'reshred') return reshred(values['data-dir'], positionals.slice(1), values.json);
  if (command === 'retention') return retention(values['data-dir'], { dryRun: values['dry-run'], json: values.json }, say);
  if (command === 'keys') return keys(verb, noun, { dataDir: values['data-dir'], json: values.json, to: values.to, lost: values.lost }, say);
  throw new StartError(`there is no command ${command}; see npm run handover -- --help`);
};
