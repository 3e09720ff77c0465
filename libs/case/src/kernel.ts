export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

/** Compile-time proof that a union was handled to the end. */
export const unreachable = (value: never): never => {
  throw new Error(`unhandled ${JSON.stringify(value)}`);
};

/** A rule said no. `code` is stable and part of the API; the message carries no personal value. */
export class RuleViolation extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'RuleViolation';
    this.code = code;
  }
}

/**
 * What a rule decided: the events that happened (none: it was so already) and, where somebody asked for something that
 * is not allowed, the refusal. A refusal comes with the event that records it.
 */
export interface Decided<E> {
  readonly events: readonly E[];
  readonly refusal?: { readonly code: string; readonly message: string };
}

export const happened = <E>(...events: readonly E[]): Decided<E> => ({ events });
export const nothingNew: Decided<never> = { events: [] };
