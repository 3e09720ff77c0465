import type { PersonEvent } from '@handover/case';
import type { EventStore, SideWrites, StoredEvent } from '@handover/event-store';
import type { By } from './by.ts';
import { Persons, personStream } from './people.ts';
import { appendOf, retryingConflicts } from './stream.ts';

/** What arrived and was never worked to the end: its body is kept under the service's key, which no erasure destroys. */
export interface KeptBodies {
  /** In the order it arrived; `received`: it is still to be worked, `failed`: it was given up, and somebody can have it tried again. */
  readonly kept: () => AsyncIterable<{ readonly id: string; readonly source: string; readonly status: string; readonly body: unknown }>;
  /** The person an employee of a source is known as now: who came back is somebody new under the same number. */
  readonly ownerOf: (source: string, employeeId: string) => Promise<string | null>;
}

export type IsAbout = (source: string, body: unknown) => boolean | Promise<boolean>;

/** How somebody is recognised in what has no reference of ours yet. */
interface Known {
  readonly source: string;
  readonly employeeIds: ReadonlySet<string>;
  readonly emails: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value).trim().toLowerCase() : '');
const nameOf = (data: Readonly<Record<string, unknown>>): string => [text(data['givenName']), text(data['familyName'])].filter(Boolean).join(' ');

const knownOf = (events: readonly StoredEvent[]): Known => {
  const said = events.flatMap((event) => (event.personal && 'data' in event.personal ? [event.personal.data] : []));
  const all = (read: (data: Readonly<Record<string, unknown>>) => string): ReadonlySet<string> => new Set(said.map(read).filter(Boolean));
  const seen = events.find((event) => event.type === 'PersonSeen');

  return {
    source: text(seen?.data['source']),
    employeeIds: all((data) => text(data['employeeId'])),
    emails: all((data) => text(data['email'])),
    names: all(nameOf),
  };
};

/**
 * Whoever a body names as its subject: by employee id, by mail, or, where it has neither, by both names. An employee id that
 * is somebody else's says whose it is, whatever else stands there; one that is nobody's may be mistyped.
 */
export const aboutPerson = (personRef: string, events: readonly StoredEvent[], ownerOf: KeptBodies['ownerOf']): IsAbout => {
  const known = knownOf(events);

  return async (source, body) => {
    const data = typeof body === 'object' && body !== null && 'data' in body && typeof body.data === 'object' && body.data !== null ? body.data : {};
    const { employeeId, email } = data as Record<string, unknown>;
    if (text(employeeId) !== '' && text(source) === known.source) {
      if (![personRef, null].includes(await ownerOf(source, String(employeeId)))) return false;
      return known.employeeIds.has(text(employeeId)) || known.emails.has(text(email));
    }
    if (text(email) !== '') return known.emails.has(text(email));

    return nameOf(data as Record<string, unknown>) !== '' && known.names.has(nameOf(data as Record<string, unknown>));
  };
};

/** After one of these HR speaks of somebody who works here, and not any more of who has left. */
const HERE_AGAIN: readonly unknown[] = ['employee.hired', 'employee.rehired', 'employee.termination_rescinded'];
const typeOf = (body: unknown): unknown => (typeof body === 'object' && body !== null && 'type' in body ? body.type : undefined);

/**
 * What is written in the transaction that erases a person: to be asked for while their key still lives. What arrived about them
 * goes, also where it is still to be worked; but a hire that waits, and what follows it, is about who comes back: it is worked
 * for somebody new, and is gone afterwards whatever came of it.
 */
export const erasing = async (
  store: EventStore,
  bodies: KeptBodies,
  personRef: string,
): Promise<Pick<SideWrites, 'destroyKeysOf' | 'purgeInbox' | 'forgetInbox'>> => {
  const isAbout = aboutPerson(personRef, await store.read(personStream(personRef)), bodies.ownerOf);
  const [purgeInbox, forgetInbox]: [string[], string[]] = [[], []];
  let isBack = false;
  for await (const { id, source, status, body } of bodies.kept()) {
    if (!(await isAbout(source, body))) continue;
    const mayBeWorked = status === 'received' || status === 'failed';
    isBack ||= mayBeWorked && HERE_AGAIN.includes(typeOf(body));
    (isBack && mayBeWorked ? forgetInbox : purgeInbox).push(id);
  }

  return { destroyKeysOf: [personRef], purgeInbox, forgetInbox };
};

/**
 * After a restore: a backup brings back keys that were destroyed since it was made. Whoever is named is erased again, with
 * everything that goes with it; where the backup is older than the erasure itself, the record is told that it had happened.
 */
export const eraseAgain = (store: EventStore, bodies: KeptBodies, personRef: string, by: By): Promise<void> =>
  retryingConflicts(async () => {
    const person = await new Persons(store).load(personRef);
    const events: PersonEvent[] = person.state.erased || person.version === 0 ? [] : [{ type: 'PersonErased', data: { caseId: null, restored: true } }];
    const append = appendOf({ stream: personStream(personRef), expected: person.version, decided: { events }, by });
    await store.commit(events.length > 0 ? [append] : [], await erasing(store, bodies, personRef));
  });

export interface ReshredDeps {
  readonly store: EventStore;
  readonly bodies: KeptBodies;
  /** Persons that the record says are erased and whose key lives. */
  readonly unshredded: () => Promise<readonly string[]>;
  /** Of these persons, those whose key lives: named by a list that was kept outside of the backup. */
  readonly livingOf: (personRefs: readonly string[]) => Promise<readonly string[]>;
}

/** Cheap when there is nothing to do; to be run before anything is served. Returns who was erased again. */
export const reshred = async (deps: ReshredDeps, listed: readonly string[], by: By): Promise<readonly string[]> => {
  const again = new Set([...(await deps.unshredded()), ...(await deps.livingOf(listed))]);
  for (const personRef of again) await eraseAgain(deps.store, deps.bodies, personRef, { ...by, commandId: `${by.commandId}/${personRef}` });

  return [...again];
};
