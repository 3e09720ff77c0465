import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { StartError, type Say } from '@handover/servers';
import { localOf, readFile } from './local.ts';

export interface SubjectExportArgs {
  readonly dataDir: string | undefined;
  readonly person: string | undefined;
  readonly employeeId: string | undefined;
  readonly source: string | undefined;
  readonly reason: string | undefined;
  readonly format: string | undefined;
  readonly out: string | undefined;
  readonly json: boolean;
}

/** Everything that is held about a person, into one file that only its owner can read. */
export const subjectExport = async (args: SubjectExportArgs, say: Say): Promise<number> => {
  const { reason, format = 'json', out = `person.${format}` } = args;
  if (reason === undefined) throw new StartError('say why, for the record: --reason TEXT');
  if (format !== 'json' && format !== 'html') throw new StartError('--format is json or html');
  const api = apiOf(args.dataDir);
  const ref = args.person ?? (await find(api, args));
  const answer = await ask(api, `/v1/persons/${encodeURIComponent(ref)}/export`, { format, reason });
  if (!answer.body) throw new StartError('the API answered nothing');
  await pipeline(Readable.fromWeb(answer.body as ReadableStream), createWriteStream(out, { mode: 0o600 }));
  say(args.json ? JSON.stringify({ ref, file: out }) : `Everything that is held about ${ref} is in ${out}. Who asked, and why, is recorded.`);

  return 0;
};

interface Api {
  readonly url: string;
  readonly key: string;
}

/** HANDOVER_API_URL with HANDOVER_API_KEY_FILE (a key of role admin or privacy), or the running instance. */
const apiOf = (dataDir: string | undefined): Api => {
  const { HANDOVER_API_URL: url, HANDOVER_API_KEY_FILE: file } = process.env;
  if (url && file) return { url, key: readFile(file).trim() };
  const local = localOf(dataDir);
  return { url: local.api, key: local.apiKeys.admin };
};

const ask = async ({ url, key }: Api, path: string, body?: object): Promise<Response> => {
  const answer = await fetch(`${url}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string };
  throw new StartError(problem.detail ?? `the API answered HTTP ${answer.status}`);
};

const find = async (api: Api, { employeeId, source = 'generic' }: SubjectExportArgs): Promise<string> => {
  if (employeeId === undefined) throw new StartError('name the person: --person REF, or --employee-id ID with --source NAME');
  const answer = await ask(api, `/v1/persons?${new URLSearchParams({ source, employeeId }).toString()}`);
  return ((await answer.json()) as { ref: string }).ref;
};
