import { ApiError } from './api-error.ts';

/** What a field of a request must be. Data, so that a test can hold it against Dialpad's description. */
export interface Field {
  readonly kind: 'text' | 'id' | 'flag' | 'list' | 'object';
  readonly needed: boolean;
  readonly values?: readonly string[];
  readonly items?: Field;
  readonly fields?: Fields;
  readonly lowest?: number;
  readonly highest?: number;
}
export type Fields = Readonly<Record<string, Field>>;
type Body = Readonly<Record<string, unknown>>;

export const text: Field = { kind: 'text', needed: false };
/** An int64: Dialpad writes it as a string and reads both. */
export const id: Field = { kind: 'id', needed: false };
export const flag: Field = { kind: 'flag', needed: false };
export const oneOf = (...values: readonly string[]): Field => ({ kind: 'text', needed: false, values });
export const between = (lowest: number, highest: number): Field => ({ kind: 'id', needed: false, lowest, highest });
export const listOf = (items: Field): Field => ({ kind: 'list', needed: false, items });
export const object = (fields?: Fields): Field => ({ kind: 'object', needed: false, ...(fields ? { fields } : {}) });
export const needed = (field: Field): Field => ({ ...field, needed: true });

/** Fields nobody knows are let through, and null is as good as nothing. @throws ApiError 400 that names the field. */
export const check = (fields: Fields, body: Body, path = ''): void => {
  for (const [name, field] of Object.entries(fields)) {
    const value = body[name];
    if (value === undefined || value === null || value === '') {
      if (field.needed) throw new ApiError(400, `${path}${name} is required`);
    } else checkValue(field, value, `${path}${name}`);
  }
};

const checkValue = (field: Field, value: unknown, path: string): void => {
  const refuse = (expected: string): never => {
    throw new ApiError(400, `${path} must be ${expected}`);
  };
  if (field.kind === 'text' && typeof value !== 'string') refuse('a string');
  if (field.values && !field.values.includes(String(value))) refuse(`one of ${field.values.join(', ')}`);
  if (field.kind === 'flag' && typeof value !== 'boolean') refuse('true or false');
  if (field.kind === 'id' && !/^-?\d+$/.test(typeof value === 'number' || typeof value === 'string' ? String(value) : '')) refuse('an integer');
  if (field.lowest !== undefined && Number(value) < field.lowest) refuse(`at least ${field.lowest}`);
  if (field.highest !== undefined && Number(value) > field.highest) refuse(`at most ${field.highest}`);
  if (field.kind === 'list') {
    if (!Array.isArray(value)) refuse('a list');
    for (const item of value as unknown[]) if (field.items) checkValue(field.items, item, `each of ${path}`);
  }
  if (field.kind === 'object') {
    if (typeof value !== 'object' || Array.isArray(value)) refuse('an object');
    if (field.fields) check(field.fields, value as Body, `${path}.`);
  }
};

export const textIn = (body: Body, field: string): string | null => {
  const value = body[field];
  return typeof value === 'string' ? value : null;
};

export const flagIn = (body: Body, field: string): boolean | null => {
  const value = body[field];
  return typeof value === 'boolean' ? value : null;
};

export const listIn = (body: Body, field: string): string[] | null => {
  const value = body[field];
  return Array.isArray(value) ? value.map(String) : null;
};
