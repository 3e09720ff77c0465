import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openDatabase, verifyStreams } from '@handover/event-store-postgres';
import { StartError, type Say } from '@handover/servers';
import { root, type Local } from './instance.ts';

const usage = `npm run handover -- COMMAND [--json] [--data-dir DIR]

  status     where the running instance answers, and how its cases stand
  verify     hash every event of the record again and say what was changed, if anything
             (DATABASE_URL, or the running instance)`;

/** The command-line tool. */
export const handover = async (args: readonly string[], say: Say): Promise<number> => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false }, 'data-dir': { type: 'string' } },
  });
  const [command] = positionals;
  if (values.help || command === undefined) {
    say(usage);
    return command === undefined && !values.help ? 2 : 0;
  }
  if (command === 'verify') return verify(values['data-dir'], values.json, say);
  if (command === 'status') return status(values['data-dir'], values.json, say);
  throw new StartError(`there is no command ${command}; see npm run handover -- --help`);
};

const localOf = (dataDir: string | undefined): Local => {
  const file = join(resolve(root, dataDir ?? process.env['HANDOVER_DATA_DIR'] ?? '.data'), 'local.json');
  if (!existsSync(file)) throw new StartError(`no instance runs on this data folder (${file} is not there); start one with npm start`);
  return JSON.parse(readFileSync(file, 'utf8')) as Local;
};

const verify = async (dataDir: string | undefined, json: boolean, say: Say): Promise<number> => {
  const dataSource = await openDatabase(process.env['DATABASE_URL'] || localOf(dataDir).postgresUrl, { name: 'handover-verify', poolSize: 1 });
  try {
    const verified = await verifyStreams(dataSource);
    if (json) say(JSON.stringify(verified));
    else {
      say(`${verified.events} events in ${verified.streams} streams`);
      for (const { stream, version, what } of verified.problems) say(`  ${stream}${version === null ? '' : ` event ${version}`}: ${what}`);
      say(verified.problems.length === 0 ? 'Every hash is right: nothing was edited, inserted, deleted or reordered.' : 'The record was changed.');
    }
    return verified.problems.length === 0 ? 0 : 1;
  } finally {
    await dataSource.destroy();
  }
};

const status = async (dataDir: string | undefined, json: boolean, say: Say): Promise<number> => {
  const local = localOf(dataDir);
  const answer = await fetch(`${local.api}/v1/cases?limit=200`, { headers: { authorization: `Bearer ${local.apiKeys.operator}` } });
  const { items } = (await answer.json()) as { items: { id: string; kind: string; phase: string; attention: boolean; waitingOn: string | null }[] };
  if (json) say(JSON.stringify({ api: local.api, temporalUi: local.temporalUi, cases: items }));
  else {
    say(`API ${local.api}, Temporal UI ${local.temporalUi}`);
    if (items.length === 0) say('No cases yet.');
    for (const each of items)
      say(`  ${each.kind.padEnd(7)} ${each.id}  ${each.phase}${each.waitingOn ? `, waits for ${each.waitingOn}` : ''}${each.attention ? '  !' : ''}`);
  }
  return 0;
};
