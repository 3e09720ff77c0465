import type { Correction, Fact, JoinerTerms, LeaverTerms, MoverTerms, NumberWish, Successor, SuccessorFor, ZoneFrom } from '@handover/case';
import { hookBody, hookTypes, pointerOf, type HookBody } from '@handover/contracts';
import type { Profile } from '../people.ts';
import { endOfDay, startOfDay } from './dates.ts';

/** How a hook reads: understood, of a kind we do not know, or wrong in named fields. */
export type Reading =
  | { readonly kind: 'understood'; readonly body: HookBody }
  | { readonly kind: 'ignored'; readonly reason: string }
  | { readonly kind: 'needs-person'; readonly reason: string; readonly pointers: readonly string[]; readonly errors: readonly WrongField[] };

/** `pointer`: RFC 6901, empty for the whole. */
export interface WrongField {
  readonly pointer: string;
  readonly detail: string;
}

export const readHook = (body: unknown): Reading => {
  const type = typeof body === 'object' && body !== null && 'type' in body ? body.type : undefined;
  if (typeof type === 'string' && !hookTypes.includes(type)) return { kind: 'ignored', reason: 'this type of event is not known' };
  const parsed = hookBody.safeParse(body);
  if (parsed.success) return { kind: 'understood', body: parsed.data };
  const errors = parsed.error.issues.map((issue) => ({ pointer: pointerOf(issue.path), detail: issue.message }));

  return {
    kind: 'needs-person',
    reason: errors.map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`).join('; '),
    pointers: [...new Set(errors.map(({ pointer }) => pointer || '/'))],
    errors,
  };
};

export interface Zone {
  readonly zone: string;
  readonly zoneFrom: ZoneFrom;
}

export interface Known {
  readonly zone: Zone;
  /** The person an employee id of the same source belongs to, or null. */
  readonly personOf: (employeeId: string) => Promise<string | null>;
  /** What HR said of the person before: what differs is a correction. */
  readonly before?: Profile | null;
}

const KINDS = {
  'employee.hired': 'hired',
  'employee.rehired': 'rehired',
  'employee.changed': 'changed',
  'employee.terminated': 'terminated',
  'employee.termination_date_changed': 'date-changed',
  'employee.termination_rescinded': 'rescinded',
} as const;

/** A hook as a fact: dates become instants in the zone that is recorded with them, people become references. */
export const factOf = async (id: string, body: HookBody, known: Known): Promise<Fact> => ({
  id,
  kind: KINDS[body.type],
  at: new Date(body.timestamp).toISOString(),
  sequence: body.data.sequence ?? null,
  office: body.data.office ?? null,
  timeZone: body.data.timeZone ?? null,
  joiner: body.type === 'employee.hired' || body.type === 'employee.rehired' ? await joinerTerms(body.data, known) : null,
  leaver: body.type === 'employee.terminated' || body.type === 'employee.termination_date_changed' ? await leaverTerms(body.data, known) : null,
  ...(body.type === 'employee.changed' ? { mover: moverTerms(body, known) } : {}),
});

type Changed = Extract<HookBody, { type: 'employee.changed' }>['data'];

/** Without a date, or with one that is past, a change may be made at once. */
const moverTerms = (body: Extract<HookBody, { type: 'employee.changed' }>, { zone, before = null }: Known): MoverTerms | null => {
  const { office, license, groups, adminRole, adminOffices, effectiveDate } = body.data;
  const corrections = correctionsIn(body.data, before);
  if ([office, license, groups, adminRole].every((each) => each === undefined) && corrections.length === 0) return null;

  return {
    kind: 'mover',
    effectiveDate: effectiveDate ?? null,
    effectiveAt: effectiveDate === undefined ? new Date(body.timestamp).toISOString() : startOfDay(effectiveDate, zone.zone),
    ...zone,
    office: office ?? null,
    license: license ?? null,
    groups: groups ?? null,
    adminRole: adminRole === undefined ? null : adminRole === null ? 'none' : scopeOf(adminRole),
    ...(adminRole && adminOffices ? { adminOffices } : {}),
    ...(corrections.length > 0 ? { corrections } : {}),
  };
};

/** Only that it differs is readable; what it says is sealed. The plan compares again, with Dialpad itself. */
const correctionsIn = (data: Changed, before: Profile | null): readonly Correction[] => {
  const differs = (now: string | undefined, then: string | null | undefined): boolean =>
    now !== undefined && typeof then === 'string' && now.trim().toLowerCase() !== then.trim().toLowerCase();
  const renamed = [
    [data.givenName, before?.givenName],
    [data.familyName, before?.familyName],
  ].some(([now, then]) => typeof now === 'string' && typeof then === 'string' && now.trim() !== then.trim());
  const moved = data.e911 !== undefined && JSON.stringify(data.e911) !== JSON.stringify(before?.e911 ?? null);

  return [...(differs(data.email, before?.email) ? (['email'] as const) : []), ...(renamed ? (['name'] as const) : []), ...(moved ? (['e911'] as const) : [])];
};

/** A regional admin is an office admin of several offices (help.dialpad.com, "Admin roles"). */
const scopeOf = (adminRole: string): 'company' | 'office' => (adminRole.startsWith('company') ? 'company' : 'office');

type Hired = Extract<HookBody, { type: 'employee.hired' }>['data'];
type Leaving = Extract<HookBody, { type: 'employee.terminated' }>['data'] | Extract<HookBody, { type: 'employee.termination_date_changed' }>['data'];

const joinerTerms = async (data: Hired, { zone, personOf }: Known): Promise<JoinerTerms> => ({
  kind: 'joiner',
  startDate: data.startDate,
  startsAt: startOfDay(data.startDate, zone.zone),
  ...zone,
  license: data.license,
  number: data.number ? await wish(data.number, personOf) : null,
  groups: data.groups,
  adminRole: data.adminRole ? scopeOf(data.adminRole) : null,
  ...(data.adminRole && data.adminOffices ? { adminOffices: data.adminOffices } : {}),
  ...(data.e911 ? { e911: true } : {}),
});

const wish = async (number: NonNullable<Hired['number']>, personOf: Known['personOf']): Promise<NumberWish> => {
  if ('e164' in number) return { kind: 'named', e164: number.e164 };
  if ('areaCode' in number) return { kind: 'area-code', areaCode: number.areaCode };

  return number.from === 'reserved' ? { kind: 'reserved' } : { kind: 'leaver', personRef: await personOf(number.employeeId) };
};

const leaverTerms = async (data: Leaving, { zone, personOf }: Known): Promise<LeaverTerms> => {
  const instant = data.effective !== undefined && data.effective !== 'end-of-last-working-day' ? data.effective : null;
  const day = data.lastWorkingDay ?? null;

  return {
    kind: 'leaver',
    lastWorkingDay: day,
    cutOff: instant !== null ? new Date(instant).toISOString() : endOfDay(day ?? '', zone.zone),
    ...(instant !== null ? { zone: zone.zone, zoneFrom: 'instant' as const } : zone),
    urgency: 'urgency' in data && data.urgency === 'immediate' ? 'immediate' : 'normal',
    reasonCode: 'reasonCode' in data && typeof data.reasonCode === 'string' ? data.reasonCode : null,
    successor: 'successor' in data ? await heir(data.successor as Successors, personOf) : { kind: 'pool' },
    ...('successors' in data && Array.isArray(data.successors)
      ? { successors: await Promise.all(data.successors.map((each: OneOf) => heirFor(each, personOf))) }
      : {}),
  };
};

type Terminated = Extract<HookBody, { type: 'employee.terminated' }>['data'];
type Successors = Terminated['successor'];
type OneOf = NonNullable<Terminated['successors']>[number];

const heirFor = async ({ number, for: what, ...to }: OneOf, personOf: Known['personOf']): Promise<SuccessorFor> => {
  const named = await heir(to as Successors, personOf);
  return number === undefined ? { what: what ?? 'routing', to: named } : { what: 'number', number, to: named };
};

const heir = async (successor: Successors, personOf: Known['personOf']): Promise<Successor> => {
  if (!successor || 'pool' in successor) return { kind: 'pool' };
  if ('callCenter' in successor) return { kind: 'callcenter', name: successor.callCenter };
  if ('department' in successor) return { kind: 'department', name: successor.department };
  if ('office' in successor) return { kind: 'office', name: successor.office };
  const personRef = await personOf(successor.employeeId);

  return personRef === null ? { kind: 'unknown-person' } : { kind: 'person', personRef };
};
