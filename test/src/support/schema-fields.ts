import { z } from 'zod';

interface Node {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node | boolean;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly allOf?: readonly Node[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Node>>;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
}

/** Every field of a request that takes words, numbers or anything at all: what could be somebody's. Choices and flags are left out. */
export const fieldsOf = (schema: z.ZodType): readonly string[] => {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node;
  const found = new Set<string>();
  const walk = (node: Node | boolean | undefined, path: string): void => {
    if (node === undefined || typeof node === 'boolean') return;
    if (node.$ref?.startsWith('#/$defs/')) return walk(root.$defs?.[node.$ref.slice('#/$defs/'.length)], path);
    for (const each of [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])]) walk(each, path);
    for (const [name, each] of Object.entries(node.properties ?? {})) walk(each, path === '' ? name : `${path}.${name}`);
    if (node.items) walk(node.items, `${path}[]`);
    const isLeaf = ![node.anyOf, node.oneOf, node.allOf, node.properties, node.items].some((each) => each !== undefined);
    const isOpen = node.enum === undefined && node.const === undefined && node.type !== 'boolean' && node.type !== 'null' && node.type !== 'object';
    if (isLeaf && isOpen && path !== '') found.add(path);
  };
  walk(root, '');

  return [...found].sort();
};
