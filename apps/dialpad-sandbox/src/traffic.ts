import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** One side of an exchange, as a line of NDJSON. */
export type Passed =
  | { readonly side: 'request'; readonly operation: string; readonly query: Readonly<Record<string, string>>; readonly body: object }
  | { readonly side: 'answer'; readonly operation: string; readonly body: unknown };

/**
 * Writes down what is asked and answered, each shape once, so that a whole test run can be held against Dialpad's
 * description. Bodies are written as they are: the folder is for test runs and is deleted after them.
 */
export class Traffic {
  readonly #file: string;
  readonly #seen = new Set<string>();

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#file = join(folder, `${process.pid}-${Math.random().toString(36).slice(2)}.ndjson`);
  }

  pass(passed: Passed): void {
    const query = passed.side === 'request' ? passed.query : {};
    const key = `${passed.side} ${passed.operation} ${shapeOf(query)} ${shapeOf(passed.body)}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    appendFileSync(this.#file, `${JSON.stringify(passed)}\n`, { mode: 0o600 });
  }
}

/** Equal for values that a description cannot tell apart: of text only what may be one of a list of words is kept. */
const shapeOf = (value: unknown): string => {
  if (Array.isArray(value)) return `[${[...new Set(value.map(shapeOf))].sort().join()}]`;
  if (typeof value === 'string') return textShape(value);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return `{${Object.entries(value)
    .map(([name, each]) => `${name}:${shapeOf(each)}`)
    .sort()
    .join()}}`;
};

const textShape = (text: string): string => {
  if (/^[a-z_]{1,30}$|^[A-Z_]{2,40}$|^$/.test(text)) return text;
  if (/^-?\d+$/.test(text)) return '9';
  return /^\d{4}-\d\d-\d\dT/.test(text) ? `T${text.length}` : 'text';
};
