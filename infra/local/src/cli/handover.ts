import { parseArgs } from 'node:util';
import { StartError, type Say } from '@handover/servers';
import { rebuild } from './rebuild.ts';
import { status } from './status.ts';
import { subscriptions } from './subscriptions.ts';
import { verifyDatabase, verifyEvidence, verifyFile } from './verify.ts';

const usage = `npm run handover -- COMMAND [--json] [--data-dir DIR]

  status     where the running instance answers, and how its cases stand
  verify     hash every event of the record again, follow every chain, compute the log's roots anew, and say what was
             changed, if anything (DATABASE_URL, or the running instance)
             --checkpoint FILE  also against checkpoints that were kept elsewhere (signed notes, one after the other)
             --keys FILE        public keys that were kept elsewhere: { "keys": [{ origin, keyId, publicKey }] }
             --export FILE      an NDJSON export of the whole record instead of a database; needs --keys
             --evidence FILE    an evidence pack of one case instead of a database; needs --keys
  subscriptions  how far each read model has come in the log
  rebuild NAME   build a read model anew beside the one in use, show how far it is, and switch; the system may run`;

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
    },
  });
  const [command, name] = positionals;
  if (values.help || command === undefined) {
    say(usage);
    return command === undefined && !values.help ? 2 : 0;
  }
  const outside = { checkpointFile: values.checkpoint, keysFile: values.keys };
  if (command === 'verify' && values.evidence !== undefined) return verifyEvidence(values.evidence, outside, values.json, say);
  if (command === 'verify' && values.export !== undefined) return verifyFile(values.export, outside, values.json, say);
  if (command === 'verify') return verifyDatabase(values['data-dir'], outside, values.json, say);
  if (command === 'status') return status(values['data-dir'], values.json, say);
  if (command === 'subscriptions') return subscriptions(values['data-dir'], values.json, say);
  if (command === 'rebuild') return rebuild(name, values['data-dir'], values.json, say);
  throw new StartError(`there is no command ${command}; see npm run handover -- --help`);
};
