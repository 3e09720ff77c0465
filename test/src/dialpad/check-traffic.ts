import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operations } from '@handover/dialpad-sandbox';
import { isDescriptionThere, readDescription } from './description.ts';

interface Passed {
  readonly side: 'request' | 'answer';
  readonly operation: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const MOST_SHOWN = 25;
const LARGEST_PAGE = 100;

/** Holds what the sandboxes of a test run wrote down against Dialpad's description; the exit code says whether all is well. */
const main = (folder: string): number => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.ndjson'));
  if (files.length === 0) return 0;
  if (!isDescriptionThere) {
    console.log("Dialpad's description is not beside the checkout (../shared/dialpad/openapi.json): the exchanges of this run were not held against it.");
    return 0;
  }
  const description = readDescription();
  const played = new Set(operations.map(({ method, template }) => `${method} ${template}`));
  const seen = new Set<string>();
  const used = new Set<string>();
  const complaints = new Set<string>();
  for (const line of files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))) {
    if (line === '' || seen.has(line)) continue;
    seen.add(line);
    const passed = JSON.parse(line) as Passed;
    for (const each of complaintsOf(passed, description)) complaints.add(`${passed.operation}: ${each}`);
    if (played.has(passed.operation)) used.add(passed.operation);
  }
  const unused = [...played].filter((each) => !used.has(each));
  const what = `${seen.size} different requests and answers of ${used.size} operations (of ${played.size} played, ${description.operations.size} described)`;
  console.log(`${what} held against Dialpad's description: ${complaints.size === 0 ? 'no complaint' : `${complaints.size} complaints`}`);
  if (unused.length > 0 && unused.length < played.size / 2) console.log(`Not used in this run: ${unused.join(', ')}`);
  for (const each of [...complaints].slice(0, MOST_SHOWN)) console.log(`  ${each}`);

  return complaints.size === 0 ? 0 : 1;
};

const complaintsOf = ({ side, operation, query = {}, body }: Passed, description: ReturnType<typeof readDescription>): string[] => {
  const described = description.operations.get(operation);
  if (!described) return ['is not described'];
  if (side === 'answer') return description.complaints(described.answer, body, 'response');
  const unknown = Object.entries(query).flatMap(([name, value]) => {
    if (described.query.includes(name) || name === 'apikey') return [];
    // Not among the parameters, but in the text of `GET /users`, and read by every list that has a cursor.
    if (name === 'limit' && described.query.includes('cursor')) return /^\d+$/.test(value) && Number(value) <= LARGEST_PAGE ? [] : [`?limit=${value}`];
    return [`?${name} is not described`];
  });
  const isEmpty = typeof body === 'object' && body !== null && Object.keys(body).length === 0;

  return [...unknown, ...(isEmpty && described.body === null ? [] : description.complaints(described.body, body, 'request'))];
};

process.exitCode = main(process.argv[2] ?? '');
