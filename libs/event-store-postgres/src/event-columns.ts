import { pgArray, type PgType, type PgValue } from './pg-array.ts';

/** An append as the database takes it, personal parts sealed. */
export interface PreparedAppend {
  readonly stream: string;
  readonly expected: number;
  readonly ids: readonly string[];
  readonly types: readonly string[];
  readonly schemas: readonly number[];
  readonly bodies: readonly Buffer[];
  readonly metas: readonly Buffer[];
  readonly keys: readonly (string | null)[];
  readonly sealed: readonly (Buffer | null)[];
}

/** As `ev.append_all` takes them: one append after the other. */
export const listsOf = (appends: readonly PreparedAppend[]): readonly Buffer[] => {
  const one = <T extends PgType>(type: T, of: (append: PreparedAppend) => PgValue<T>): Buffer => pgArray(type, appends.map(of));
  const [lone] = appends.length === 1 ? appends : [];
  const all = <T extends PgType>(type: T, of: (append: PreparedAppend) => readonly (PgValue<T> | null)[]): Buffer =>
    pgArray(type, lone ? of(lone) : appends.flatMap(of));
  return [
    one('text', ({ stream }) => stream),
    one('bigint', ({ expected }) => expected),
    one('int', ({ ids }) => ids.length),
    all('uuid', ({ ids }) => ids),
    all('text', ({ types }) => types),
    all('int', ({ schemas }) => schemas),
    all('bytea', ({ bodies }) => bodies),
    all('bytea', ({ metas }) => metas),
    all('uuid', ({ keys }) => keys),
    all('bytea', ({ sealed }) => sealed),
  ];
};

/** As `ev.append_one` takes it: the only event of an append. */
export const valuesOf = ({ stream, expected, ids, types, schemas, bodies, metas, keys, sealed }: PreparedAppend): readonly unknown[] => [
  stream,
  expected,
  ids[0],
  types[0],
  schemas[0],
  bodies[0],
  metas[0],
  keys[0],
  sealed[0],
];
