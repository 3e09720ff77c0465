import type { JsonObject } from './json.ts';

/** What an event says; nothing else of it may change. */
export interface Said {
  readonly data: JsonObject;
  readonly personal?: JsonObject;
}

/**
 * How an event of an older shape reads in the next one. Pure, and total: it gets whatever was ever stored under this version.
 * `personal` is missing once the person is erased, and for followers of the log.
 */
export interface Upcaster {
  readonly type: string;
  readonly from: number;
  readonly up: (said: Said) => Said;
}

/** Shapes of events by their versions. What is stored stays as it is: hashes are over its bytes; only readers see the new shape. */
export class Upcasters {
  readonly #steps = new Map<string, Upcaster['up'][]>();

  /** @throws when a version is left out or given twice. */
  constructor(upcasters: readonly Upcaster[]) {
    for (const { type, from, up } of [...upcasters].sort((a, b) => a.from - b.from)) {
      const steps = this.#steps.get(type) ?? [];
      if (from !== steps.length + 1) throw new Error(`the upcasters of ${type} must begin at version 1 and leave none out; there is one from ${from}`);
      this.#steps.set(type, [...steps, up]);
    }
  }

  /** Every shape that is not written any more. */
  get past(): readonly { readonly type: string; readonly schema: number }[] {
    return [...this.#steps].flatMap(([type, steps]) => steps.map((_, index) => ({ type, schema: index + 1 })));
  }

  /** The version that events of a type are written with now. */
  versionOf(type: string): number {
    return (this.#steps.get(type)?.length ?? 0) + 1;
  }

  /** The event in the shape of now; the same one when it is that already. */
  current<E extends Said & { readonly type: string; readonly schema: number }>(event: E): E {
    const steps = this.#steps.get(event.type)?.slice(event.schema - 1) ?? [];
    if (steps.length === 0) return event;
    const { data, personal } = steps.reduce<Said>((said, up) => up(said), event);

    return { ...event, ...(personal === undefined ? {} : { personal }), data, schema: event.schema + steps.length };
  }
}
