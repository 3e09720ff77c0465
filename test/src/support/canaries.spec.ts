import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as contracts from '@handover/contracts';
import type { z } from 'zod';
import { HOOK_FIELDS, HOOK_STAYS, REQUEST_FIELDS, REQUEST_STAYS } from './canaries.ts';
import { fieldsOf } from './schema-fields.ts';

const bodySchemas = (): readonly (readonly [string, z.ZodType])[] => {
  const folder = new URL('../../../apps/api/src/', import.meta.url).pathname;
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.controller.ts'));
  const names = sources.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/@Body\(\{ schema: contracts\.(\w+)/g)].map(([, schema]) => schema ?? ''),
  );
  return [...new Set(names)].map((name) => [name, (contracts as unknown as Record<string, z.ZodType>)[name] as z.ZodType]);
};

/** A field that is new fails here, until the test of the erasure has a value for it or it is said why it stays. */
describe('what the test of the erasure looks for', () => {
  it('has a value for every field of an HR hook, or says why the field stays', () => {
    expect(fieldsOf(contracts.hookBody)).toEqual([...Object.keys(HOOK_FIELDS), ...Object.keys(HOOK_STAYS)].sort());
  });

  it('has a value for every field that people write words into', () => {
    const fields = bodySchemas().flatMap(([name, schema]) => fieldsOf(schema).map((field) => `${name}.${field}`));
    const open = fields.filter((field) => !REQUEST_STAYS.some((stays) => stays.test(field)));
    expect(open.sort()).toEqual(Object.keys(REQUEST_FIELDS).sort());
  });
});
