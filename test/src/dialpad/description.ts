import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

const file = new URL('../../../../shared/dialpad/openapi.json', import.meta.url);
/** Dialpad's own description is not ours to keep in the project: it lies beside the checkout, or nowhere. */
export const isDescriptionThere = existsSync(file);

export interface Schema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
}
interface Content {
  readonly content?: { readonly 'application/json'?: { readonly schema: Schema } };
}
export interface Described {
  readonly query: readonly string[];
  readonly body: Schema | null;
  readonly answer: Schema | null;
}

type Side = 'request' | 'response';

/**
 * As strict as what Dialpad's examples show and the schemas do not say: nothing that is not described, in answers int64 as
 * text, dates without a zone and never null; in requests int64 as text or number.
 */
const strict = (schema: unknown, side: Side): unknown => {
  if (Array.isArray(schema)) return schema.map((each) => strict(each, side));
  if (typeof schema !== 'object' || schema === null) return schema;
  // Its three ways to swap a number differ in optional fields only: what is one of them is all of them.
  const { enum: values, oneOf, ...others } = schema as Record<string, unknown>;
  const rest: Record<string, unknown> = oneOf === undefined ? others : { ...others, anyOf: oneOf };
  const each = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, strict(value, side)]));
  if (each['format'] === 'int64') return side === 'response' ? { type: 'string', pattern: '^-?\\d+$' } : { type: ['integer', 'string'], pattern: '^-?\\d+$' };
  if (each['format'] === 'date-time') return { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d$' };
  const types = Array.isArray(each['type']) ? (each['type'] as string[]).filter((name) => name !== 'null') : each['type'];

  return {
    ...each,
    ...(types === undefined ? {} : { type: Array.isArray(types) && types.length === 1 ? types[0] : types }),
    ...(values === undefined ? {} : { enum: values }),
    ...('properties' in each && typeof each['properties'] === 'object' ? { additionalProperties: false } : {}),
  };
};

const schemaOf = (part: Content | undefined): Schema | null => part?.content?.['application/json']?.schema ?? null;

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export const readDescription = () => {
  const document = JSON.parse(readFileSync(file, 'utf8')) as Document;
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  for (const side of ['request', 'response'] as const) ajv.addSchema({ $id: side, components: strict(document.components, side) as object });
  const operations = new Map<string, Described>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, value] of Object.entries(methods)) {
      const operation = value as { parameters?: { in: string; name: string }[]; requestBody?: Content; responses: Record<string, Content> };
      operations.set(`${method.toUpperCase()} ${path.replace(/^\/api\/v2/, '')}`, {
        query: (operation.parameters ?? []).filter((each) => each.in === 'query').map((each) => each.name),
        body: schemaOf(operation.requestBody),
        answer: schemaOf(operation.responses['200']),
      });
    }
  }
  const compiled = new Map<string, ValidateFunction>();
  const validator = (schema: Schema, side: Side): ValidateFunction => {
    const key = `${side} ${JSON.stringify(schema)}`;
    const pointed = JSON.parse(JSON.stringify(strict(schema, side)).replaceAll('"#/components/', `"${side}#/components/`)) as object;
    const found = compiled.get(key) ?? ajv.compile(pointed);
    compiled.set(key, found);
    return found;
  };

  return {
    operations,
    /** References followed, once. */
    resolve: (schema: Schema): Schema => (schema.$ref === undefined ? schema : (document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {})),
    /** What is wrong with it; nothing when it is as described. */
    complaints: (schema: Schema | null, body: unknown, side: Side): string[] => {
      if (schema === null)
        return typeof body === 'object' && body !== null && Object.keys(body).length > 0 ? ['nothing is described, and there is something'] : [];
      const validate = validator(schema, side);
      return validate(body) ? [] : (validate.errors ?? []).map((each) => `${side}${each.instancePath} ${each.message} ${JSON.stringify(each.params)}`);
    },
  };
};
export type Description = ReturnType<typeof readDescription>;
