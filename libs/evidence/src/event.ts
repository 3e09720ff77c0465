import type { LogEntry } from '@handover/record-proof';

type Fields = Readonly<Record<string, unknown>>;

/** A proven event, as far as it is readable without anybody's key. */
export interface ReadableEvent {
  readonly position: number;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly at: string;
  readonly data: Fields;
  readonly by: Fields;
}

export const readableOf = (entry: LogEntry): ReadableEvent => ({
  position: entry.position,
  stream: entry.stream,
  version: entry.version,
  type: entry.type,
  at: entry.recordedAt,
  data: JSON.parse(Buffer.from(entry.body).toString('utf8')) as Fields,
  by: JSON.parse(Buffer.from(entry.meta).toString('utf8')) as Fields,
});

// A pack is read years later, by another version and from hands we do not know: nothing is taken for granted.
export const textIn = (fields: Fields, name: string): string | null => (typeof fields[name] === 'string' ? fields[name] : null);
export const numberIn = (fields: Fields, name: string): number | null => (typeof fields[name] === 'number' ? fields[name] : null);
export const isIn = (fields: Fields, name: string): boolean => fields[name] === true;
export const fieldsIn = (fields: Fields, name: string): Fields | null => {
  const value = fields[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
};
export const listIn = (fields: Fields, name: string): readonly Fields[] => {
  const value = fields[name];
  return Array.isArray(value) ? value.filter((each): each is Fields => typeof each === 'object' && each !== null) : [];
};
export const textsIn = (fields: Fields, name: string): readonly string[] => {
  const value = fields[name];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
};

export const ofTypes = (events: readonly ReadableEvent[], ...types: readonly string[]): readonly ReadableEvent[] =>
  events.filter((event) => types.includes(event.type));
export const lastOf = (events: readonly ReadableEvent[], ...types: readonly string[]): ReadableEvent | null => {
  const found = ofTypes(events, ...types);
  return found[found.length - 1] ?? null;
};
/** Milliseconds from one instant to another; null when one is not known. */
export const msBetween = (from: string | null, to: string | null): number | null => {
  const ms = from === null || to === null ? Number.NaN : Date.parse(to) - Date.parse(from);
  return Number.isNaN(ms) ? null : ms;
};
