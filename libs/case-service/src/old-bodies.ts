import { evolvePerson, mayBeErased, unknownPerson, type PersonEvent } from '@handover/case';
import type { EventStore } from '@handover/event-store';
import { aboutPerson, type IsAbout, type KeptBodies } from './erasure.ts';
import { personStream } from './people.ts';
import { foldStream } from './stream.ts';

export interface KeptBody {
  readonly id: string;
  readonly source: string;
  readonly body: unknown;
}

/** What HR sent and nobody could work, as the database knows it. */
export interface OldBodies {
  /** Settled before then, in portions. */
  readonly bodiesBefore: (before: string) => AsyncIterable<readonly KeptBody[]>;
  /** Persons who are or were under a legal hold, their own or that of a case of theirs. */
  readonly everHeld: () => Promise<readonly string[]>;
}

interface Deps {
  readonly store: EventStore;
  readonly rows: OldBodies;
  readonly bodies: Pick<KeptBodies, 'ownerOf'>;
}

/** Ids of those about nobody who is under a legal hold; holds are looked at anew for each portion, because they take effect at once. */
export async function* bodiesToDelete(deps: Deps, before: string): AsyncGenerator<readonly string[]> {
  for await (const portion of deps.rows.bodiesBefore(before)) {
    const held = await aboutHeld(deps);
    const ids: string[] = [];
    for (const { id, source, body } of portion) if (!(await isAny(held, source, body))) ids.push(id);
    yield ids;
  }
}

const aboutHeld = async ({ store, rows, bodies }: Deps): Promise<readonly IsAbout[]> => {
  const held: IsAbout[] = [];
  for (const personRef of await rows.everHeld()) {
    const events = await store.read(personStream(personRef));
    const { state } = foldStream({ initial: unknownPerson, evolve: (before, event: PersonEvent) => evolvePerson(before, event) }, events);
    if (!mayBeErased(state)) held.push(aboutPerson(personRef, events, bodies.ownerOf));
  }
  return held;
};

const isAny = async (about: readonly IsAbout[], source: string, body: unknown): Promise<boolean> => {
  for (const isAbout of about) if (await isAbout(source, body)) return true;
  return false;
};
