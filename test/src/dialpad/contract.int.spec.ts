import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { operations, type Field, type Fields } from '@handover/dialpad-sandbox';
import { contractCalls } from './contract-calls.ts';
import { isDescriptionThere, readDescription, type Description, type Schema } from './description.ts';
import { play, type Body, type Played } from './played.ts';

/** Its only answer is a refusal: nobody calls anybody here. */
const UNANSWERED = ['GET /call/{id}'];
const nameOf = ({ method, template }: { readonly method: string; readonly template: string }): string => `${method} ${template}`;

if (!isDescriptionThere) console.log("Dialpad's description is not beside the checkout (../shared/dialpad/openapi.json): its contract is not tested.");

(isDescriptionThere ? describe : describe.skip)("Dialpad's own description", () => {
  let played: Played;
  let description: Description;
  const used = new Set<string>();

  beforeAll(async () => {
    description = readDescription();
    played = await play({ users: 60, seed: 4 });
  });
  afterAll(async () => {
    await played.stop();
    console.log(
      `The sandbox plays ${operations.length} of the ${description.operations.size} described operations; ${used.size} were called and held against them.`,
    );
  });

  it('knows every operation that the sandbox plays', () => {
    expect(operations.map(nameOf).filter((each) => !description.operations.has(each))).toEqual([]);
  });

  it('describes each request body as the sandbox reads it, and asks for the same fields', () => {
    const complaints = operations.flatMap(({ method, template, body }) => {
      const described = description.operations.get(`${method} ${template}`)?.body ?? null;
      if (body === null) return described?.required === undefined ? [] : [`${method} ${template}: a body is described`];
      return described === null ? [`${method} ${template}: no body is described`] : differences(body, described, `${method} ${template}`, description);
    });
    expect(complaints).toEqual([]);
  });

  it('is what every operation is asked and answers', async () => {
    const made = new Map<string, Body>();
    const complaints: string[] = [];
    for (const step of await contractCalls(played)) {
      const { operation, params = {}, query = {}, body } = step(made);
      const described = description.operations.get(operation);
      if (!described) throw new Error(`${operation} is not described`);
      const [method = '', template = ''] = operation.split(' ');
      const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? `no ${name}`));
      const search = new URLSearchParams(query).toString();
      const answer = await played.call(`${path}${search === '' ? '' : `?${search}`}`, method, body);
      used.add(operation);
      made.set(operation, answer.body);
      const unknown = Object.keys(query).filter((each) => !described.query.includes(each));
      const found = [
        ...(answer.status === 200 ? [] : [`${answer.status} ${JSON.stringify(answer.body)}`]),
        ...unknown.map((each) => `?${each} is not described`),
        ...(body === undefined ? [] : description.complaints(described.body, body, 'request')),
        ...(answer.status === 200 ? description.complaints(described.answer, answer.body, 'response') : []),
      ];
      complaints.push(...found.map((each) => `${operation}: ${each}`));
    }
    expect(complaints).toEqual([]);
    expect(operations.map(nameOf).filter((each) => !used.has(each) && !UNANSWERED.includes(each))).toEqual([]);
  }, 60_000);

  it('is kept by refusing what lacks a required field or has it in another type, with 400 and the reason', async () => {
    const wrong: Readonly<Record<Field['kind'], unknown>> = { text: 7, id: 'seven', flag: 'maybe', list: 'no list', object: [] };
    for (const { method, template, body } of operations) {
      const needed = Object.entries(body ?? {}).filter(([, field]) => field.needed);
      const whole = Object.fromEntries(needed.map(([name, field]) => [name, example(field)]));
      const bodies = needed.flatMap(([name, field]) => [
        { ...whole, [name]: undefined },
        { ...whole, [name]: wrong[field.kind] },
      ]);
      for (const each of bodies) {
        const answer = await played.wrong(template.replace(/\{\w+\}/g, '1'), method, each);
        expect([`${method} ${template}`, answer]).toEqual([
          `${method} ${template}`,
          { status: 400, body: { error: { code: 400, message: expect.stringMatching(/ is required$| must be /) } } },
        ]);
      }
    }
  }, 60_000);
});

const example = (field: Field): unknown => {
  if (field.kind === 'text') return field.values?.[0] ?? 'text';
  if (field.kind === 'id') return String(field.lowest ?? 1);
  if (field.kind === 'flag') return true;
  if (field.kind === 'list') return [];
  return Object.fromEntries(Object.entries(field.fields ?? {}).map(([name, each]) => [name, example(each)]));
};

const KINDS: Readonly<Record<Field['kind'], string>> = { text: 'string', id: 'integer', flag: 'boolean', list: 'array', object: 'object' };

const differences = (fields: Fields, schema: Schema, path: string, description: Description): string[] => {
  const { properties = {}, required = [] } = description.resolve(schema);
  const names = new Set([...Object.keys(fields), ...Object.keys(properties)]);
  return [...names].flatMap((name) => {
    const [field, property] = [fields[name], properties[name]];
    if (!field) return [`${path}.${name}: described and not read`];
    if (!property) return [`${path}.${name}: read and not described`];
    const isNeeded = required.includes(name);
    return [
      ...(isNeeded === field.needed ? [] : [`${path}.${name}: ${isNeeded ? 'required' : 'not required'} by the description`]),
      ...valueDifferences(field, property, `${path}.${name}`, description),
    ];
  });
};

const valueDifferences = (field: Field, property: Schema, path: string, description: Description): string[] => {
  if (property.oneOf) return [];
  const schema = description.resolve(property);
  const types = [schema.type ?? property.type ?? []].flat();
  if (!types.includes(KINDS[field.kind])) return [`${path}: ${types.join('|')} by the description`];
  const values = schema.enum ? [...schema.enum].sort().join() : undefined;
  if (field.values && values !== undefined && [...field.values].sort().join() !== values) return [`${path}: values ${values} by the description`];
  if (!field.values && values !== undefined) return [`${path}: any value is read`];
  return field.fields ? differences(field.fields, schema, path, description) : [];
};
