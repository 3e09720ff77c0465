/** Of the types that commits are made of: their number in `pg_type`, and an element as PostgreSQL sends and receives it. */
const TYPES = {
  text: { oid: 25, bytes: (value: string): Buffer => Buffer.from(value) },
  uuid: { oid: 2950, bytes: (value: string): Buffer => Buffer.from(value.replaceAll('-', ''), 'hex') },
  bytea: { oid: 17, bytes: (value: Buffer): Buffer => value },
  int: { oid: 23, bytes: (value: number): Buffer => int32(value) },
  bigint: { oid: 20, bytes: (value: number): Buffer => int64(value) },
} as const;

export type PgType = keyof typeof TYPES;
export type PgValue<T extends PgType> = Parameters<(typeof TYPES)[T]['bytes']>[0];

const int32 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const int64 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
};

/** Dimensions, whether there are nulls, type of the elements, how many, and the index of the first. */
const HEAD = 20;
const NULL = int32(-1);

/**
 * An array in PostgreSQL's binary format (array_recv in its arrayfuncs.c). As text, which `pg` would send, bytes double in
 * length and are read one by one: two thirds of what a batch of commits costs in either process.
 */
export const pgArray = <T extends PgType>(type: T, values: readonly (PgValue<T> | null)[]): Buffer => {
  const { oid, bytes } = TYPES[type] as { oid: number; bytes: (value: PgValue<T>) => Buffer };
  if (values.length === 0) return Buffer.concat([int32(0), int32(0), int32(oid)]);
  const parts: Buffer[] = [];
  let length = HEAD;
  let hasNulls = 0;
  for (const value of values) {
    if (value === null) {
      hasNulls = 1;
      parts.push(NULL);
      length += 4;
    } else {
      const element = bytes(value);
      parts.push(int32(element.length), element);
      length += 4 + element.length;
    }
  }
  const head = Buffer.allocUnsafe(HEAD);
  for (const [index, word] of [1, hasNulls, oid, values.length, 1].entries()) head.writeInt32BE(word, index * 4);

  return Buffer.concat([head, ...parts], length);
};
